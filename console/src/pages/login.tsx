import { useSignal } from "@preact/signals";
import { Refusal, request } from "../api/client";
import { live, locked, me } from "../api/store";
import type { Me } from "../api/types";
import { Logo } from "../ui/mark";
import { Trouble } from "../ui/panel";

export function Login() {
  const token = useSignal("");
  const error = useSignal<Refusal | null>(null);
  const enter = async (event: Event) => {
    event.preventDefault();
    try {
      me.value = await request<Me>("POST", "/login", { body: { token: token.value.trim() } });
      token.value = "";
      locked.value = false;
      live.restart();
    } catch (refused) {
      error.value = refused as Refusal;
    }
  };
  return (
    <main class="login">
      <form onSubmit={enter}>
        <h1>
          <Logo /> Quorate
        </h1>
        <p>This console asks for a token. Those who run this server have given you one, or can.</p>
        <label>
          <span>Token</span>
          <input type="password" name="token" autocomplete="current-password" maxLength={256} value={token} onInput={(event) => (token.value = event.currentTarget.value)} autofocus />
        </label>
        {error.value && <Trouble error={error.value} />}
        <button type="submit" class="primary" disabled={token.value.trim() === ""}>
          Log in
        </button>
      </form>
    </main>
  );
}
