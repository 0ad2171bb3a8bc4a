/** @jsxImportSource preact */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { me } from "../src/api/store";
import type { Me } from "../src/api/types";
import { destroy } from "../src/ui/acts";
import { Dialog } from "../src/ui/dialog";
import { Act } from "../src/ui/inputs";
import { Trouble } from "../src/ui/panel";
import { Table } from "../src/ui/table";
import { Refusal } from "../src/api/client";

let place: HTMLElement;
const as = (role: Me["role"], read_only = false) => (me.value = { name: "x", role, server: 1, version: "1", login: false, read_only });
const show = (what: Parameters<typeof render>[0]) => act(() => render(what, place));

beforeEach(() => {
  place = document.createElement("div");
  document.body.append(place);
});
afterEach(() => {
  render(null, place);
  place.remove();
  vi.unstubAllGlobals();
});

describe("a button", () => {
  it("acts for who may, and says why not to who may not", async () => {
    let done = 0;
    as("viewer");
    await show(<Act least="admin" label="Restart" onClick={() => done++} />);
    const button = place.querySelector("button")!;
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(button.title).toContain("Needs the role admin");
    button.click();
    expect(done).toBe(0);
    await act(() => void as("admin"));
    button.click();
    expect(done).toBe(1);
    await act(() => void as("admin", true));
    button.click();
    expect(done).toBe(1);
  });
});

describe("a destructive act", () => {
  const type = (name: string, text: string) =>
    act(() => {
      const input = place.querySelector<HTMLInputElement>(`input[name=${name}]`)!;
      input.value = text;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  const submit = async () => {
    await act(async () => {
      place.querySelector("form")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    });
    await act(async () => new Promise((resolve) => setTimeout(resolve, 5)));
  };
  const begin = () => act(() => destroy({ title: "Restart journal", text: "", confirm: "journal", path: "/servers/2/actors/7/restart", button: "Restart", etag: "a7.1" }));
  const button = () => place.querySelector<HTMLButtonElement>("button[type=submit]");

  it("needs the name and a reason, and sends both with what was seen", async () => {
    const fetched = vi.fn(async (..._words: unknown[]) => new Response(JSON.stringify({ done: true, text: "It was restarted." })));
    vi.stubGlobal("fetch", fetched);
    await show(<Dialog />);
    await begin();
    expect(button()!.disabled).toBe(true);
    await type("confirm", "journa");
    await type("reason", "it is stuck");
    expect(button()!.disabled).toBe(true);
    await type("confirm", "journal");
    expect(button()!.disabled).toBe(false);
    await submit();
    const [url, sent] = fetched.mock.calls[0] as unknown as [string, RequestInit & { headers: Record<string, string> }];
    expect(url).toBe("api/v1/servers/2/actors/7/restart");
    expect(sent.method).toBe("POST");
    expect(sent.headers["X-Quorate-Console"]).toBe("1");
    expect(sent.headers["If-Match"]).toBe("a7.1");
    expect(JSON.parse(String(sent.body))).toEqual({ confirm: "journal", reason: "it is stuck" });
    expect(place.textContent).toContain("It was restarted.");
    await act(() => place.querySelector<HTMLButtonElement>(".buttons button")!.click());
    expect(place.querySelector("dialog")).toBeNull();
  });

  it("shows a refusal and what helps, and may be tried again", async () => {
    vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ error: { code: "stale", text: "It has changed.", do: "Look again." } }), { status: 412 }));
    await show(<Dialog />);
    await begin();
    await type("confirm", "journal");
    await type("reason", "x");
    await submit();
    expect(place.querySelector("[role=alert]")!.textContent).toContain("It has changed.");
    expect(place.textContent).toContain("Look again.");
    expect(button()!.disabled).toBe(false);
    await act(() => place.querySelector<HTMLButtonElement>(".buttons button")!.click());
  });
});

describe("what servers and clients say", () => {
  const HOSTILE = "<img src=x onerror=alert(1)><script>alert(1)</script>";
  it("stays text in tables and errors", async () => {
    await show(
      <>
        <Table label="t" rows={[HOSTILE]} id={(row) => row} href={() => "#/x"} columns={[{ key: "a", title: HOSTILE, render: (row) => row }]} />
        <Trouble error={new Refusal(400, HOSTILE, HOSTILE, HOSTILE)} />
      </>,
    );
    expect(place.querySelectorAll("script, img")).toHaveLength(0);
    expect(place.textContent!.split(HOSTILE).length - 1).toBe(5);
  });
});

describe("a table", () => {
  it("sorts numbers from the largest and texts from the first, and turns round", async () => {
    const asked: string[] = [];
    const table = (sort?: string, order?: "up" | "down") => (
      <Table label="t" rows={[1]} id={(row) => row} sort={sort} order={order} onSort={(key, next) => asked.push(`${key} ${next}`)} columns={[{ key: "name", title: "Name", sortable: true, render: () => "" }, { key: "n", title: "N", sortable: true, right: true, render: () => "" }]} />
    );
    await show(table());
    place.querySelectorAll<HTMLElement>("button.sort").forEach((button) => button.click());
    await show(table("n", "down"));
    place.querySelectorAll<HTMLElement>("button.sort")[1]!.click();
    expect(asked).toEqual(["name up", "n down", "n up"]);
    expect(place.querySelector("th[aria-sort]")!.getAttribute("aria-sort")).toBe("descending");
  });
});
