import { effect, signal } from "@preact/signals";

export type Theme = "auto" | "dark" | "light";

const KEY = "quorate-theme";

function kept(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "dark" || value === "light" ? value : "auto";
  } catch {
    return "auto";
  }
}

export const theme = signal<Theme>(kept());

/** Counts changes of the colours, for what is drawn with them. */
export const colours = signal(0);

export function applyTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    colours.value = colours.peek() + 1;
    try {
      localStorage.setItem(KEY, theme.value);
    } catch {
      // Not kept, then.
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener?.("change", () => colours.value++);
}
