import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { me } from "../api/store";
import { type Role, whyNot } from "../logic/roles";

/** The filter that `/` leads to. What is typed is told a moment after the last key. */
export function Filter({ value, onChange, label = "Filter", wait_ms = 150, main = true }: { value: string; onChange: (text: string) => void; label?: string; wait_ms?: number; main?: boolean }) {
  const text = useSignal(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const told = useRef(value);
  useEffect(() => {
    // Set from elsewhere, as by a link; not the echo of what was typed.
    if (value !== told.current) text.value = told.current = value;
  }, [value]);
  const tell = (now: boolean) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange((told.current = text.value)), now ? 0 : wait_ms);
  };
  return (
    <label class="filter">
      <span class="hidden">{label}</span>
      <input
        type="search"
        placeholder={main ? `${label}  ( / )` : label}
        value={text}
        data-filter={main ? "" : undefined}
        spellcheck={false}
        autocomplete="off"
        maxLength={256}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          tell(false);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") tell(true);
          if (event.key === "Escape" && text.value !== "") {
            event.stopPropagation();
            text.value = "";
            tell(true);
          } else if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
    </label>
  );
}

/** One of a few. */
export function Choice<Value extends string>({ label, value, options, onChange }: { label: string; value: Value; options: readonly (readonly [Value, string])[]; onChange: (value: Value) => void }) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map(([option, text]) => (
        <button type="button" key={option} aria-pressed={option === value} onClick={() => onChange(option)}>
          {text}
        </button>
      ))}
    </div>
  );
}

export function Check({ label, value, onChange }: { label: string; value: boolean; onChange: (value: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  );
}

/** A button for what not everybody may do: disabled, with the reason, for who may not. */
export function Act({ least, label, onClick, tone = "", unless = null, title }: { least: Role; label: ComponentChildren; onClick: () => void; tone?: string; unless?: string | null; title?: string }) {
  const why = whyNot(me.value, least) ?? unless;
  return (
    <button
      type="button"
      class={`act ${tone}`}
      aria-disabled={why !== null}
      title={why ?? title}
      onClick={() => {
        if (why === null) onClick();
      }}
    >
      {label}
      {why !== null && <span class="hidden"> ({why})</span>}
    </button>
  );
}
