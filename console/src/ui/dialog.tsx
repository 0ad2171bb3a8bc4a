import { signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Refusal, refusalOf } from "../api/client";
import type { Done, NodeChanged } from "../api/types";
import { Mark } from "./mark";
import { Trouble } from "./panel";

export interface Question {
  title: string;
  /** What will happen, before it does. */
  text: ComponentChildren;
  /** What has to be typed; null for what destroys nothing. */
  confirm: string | null;
  /** Whether the audit log is told why. */
  reason: boolean;
  button: string;
  fields?: ComponentChildren;
  run: (reason: string) => Promise<Done | NodeChanged | void>;
  after?: () => void;
}

const open = signal<Question | null>(null);

/** Asks before something is done, and shows what came of it. */
export function ask(question: Question): void {
  open.value = question;
}

export function isAsking(): boolean {
  return open.value !== null;
}

export function Dialog() {
  return open.value ? <Asking key={open.value.title} question={open.value} /> : null;
}

type Phase = { step: "asked" } | { step: "running" } | { step: "done"; text: string } | { step: "refused"; error: Refusal };

function Asking({ question }: { question: Question }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const before = useRef(document.activeElement as HTMLElement | null);
  const typed = useSignal("");
  const reason = useSignal("");
  const phase = useSignal<Phase>({ step: "asked" });
  useEffect(() => {
    dialog.current?.showModal();
    return () => before.current?.focus();
  }, []);
  const shut = () => {
    dialog.current?.close();
    open.value = null;
  };
  const ready = (question.confirm === null || typed.value === question.confirm) && (!question.reason || reason.value.trim() !== "");
  const run = async (event: Event) => {
    event.preventDefault();
    if (!ready || phase.value.step === "running") return;
    phase.value = { step: "running" };
    try {
      const done = await question.run(reason.value.trim());
      const text = done && "text" in done && done.text ? done.text : done && "path" in done && done.path ? `Done: ${done.path}` : "Done.";
      phase.value = { step: "done", text };
      question.after?.();
    } catch (error) {
      phase.value = { step: "refused", error: error instanceof Refusal ? error : refusalOf(0, null) };
    }
  };
  const over = phase.value.step === "done";
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onCancel={(event) => { event.preventDefault(); if (phase.value.step !== "running") shut(); }}>
      <form method="dialog" onSubmit={run}>
        <h2 id="dialog-title">{question.title}</h2>
        {!over && (
          <>
            <div class="what">{question.text}</div>
            {question.fields}
            {question.confirm !== null && (
              <label>
                <span>
                  Type <code class="confirm">{question.confirm}</code> to confirm
                </span>
                <input name="confirm" value={typed} onInput={(event) => (typed.value = event.currentTarget.value)} autocomplete="off" spellcheck={false} autofocus />
              </label>
            )}
            {question.reason && (
              <label>
                <span>Why? This goes to the audit log</span>
                <input name="reason" value={reason} maxLength={500} onInput={(event) => (reason.value = event.currentTarget.value)} autocomplete="off" autofocus={question.confirm === null} />
              </label>
            )}
          </>
        )}
        <div aria-live="polite" class="outcome">
          {phase.value.step === "done" && (
            <p class="state ok">
              <Mark tone="ok" /> <span>{phase.value.text}</span>
            </p>
          )}
          {phase.value.step === "refused" && <Trouble error={phase.value.error} />}
        </div>
        <div class="buttons">
          <button type="button" onClick={shut} disabled={phase.value.step === "running"}>
            {over ? "Close" : "Cancel"}
          </button>
          {!over && (
            <button type="submit" class={question.confirm === null ? "primary" : "danger"} disabled={!ready || phase.value.step === "running"}>
              {phase.value.step === "running" ? "Waiting…" : question.button}
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}
