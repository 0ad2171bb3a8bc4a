import type { ComponentChildren } from "preact";

/** What a state is worth. Colour never says it alone: each mark has a shape, and a word beside it. */
export type Tone = "ok" | "lead" | "busy" | "warn" | "bad" | "off";

const SHAPES: Record<Tone, string> = {
  ok: "M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z",
  lead: "M6 .5 11.5 6 6 11.5.5 6z",
  busy: "M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1zm0 1.6v6.8a3.4 3.4 0 0 1 0-6.8z",
  warn: "M6 .8 11.6 11H.4zM5.3 4.5v3h1.4v-3zm0 4v1.3h1.4V8.5z",
  bad: "M2.3.9 6 4.6 9.7.9l1.4 1.4L7.4 6l3.7 3.7-1.4 1.4L6 7.4l-3.7 3.7L.9 9.7 4.6 6 .9 2.3z",
  off: "M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1zm0 1.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z",
};

export function Mark({ tone }: { tone: Tone }) {
  return (
    <svg class={`mark ${tone}`} viewBox="0 0 12 12" width="10" height="10" aria-hidden="true" focusable="false">
      <path d={SHAPES[tone]} fill-rule="evenodd" />
    </svg>
  );
}

export function State({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`state ${tone}`}>
      <Mark tone={tone} />
      <span>{children}</span>
    </span>
  );
}

/** A small bar behind a number: how much of a whole. */
export function Bar({ part, tone = "ok" }: { part: number; tone?: Tone }) {
  const width = Math.max(0, Math.min(1, part)) * 40;
  return (
    <svg class={`bar ${tone}`} viewBox="0 0 40 6" width="40" height="6" aria-hidden="true" focusable="false">
      <rect class="rail" width="40" height="6" rx="2" />
      {width > 0 && <rect class="fill" width={Math.max(1.5, width)} height="6" rx="2" />}
    </svg>
  );
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" focusable="false">
      <path d="M16 6.5 24.5 21h-17z" />
      <circle class="node" cx="16" cy="6.5" r="3.6" />
      <circle class="node" cx="24.5" cy="21" r="3.6" />
      <circle class="open" cx="7.5" cy="21" r="3.6" />
    </svg>
  );
}
