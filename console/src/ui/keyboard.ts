import { signal } from "@preact/signals";
import { go, link } from "../api/store";
import { isAsking } from "./dialog";

export const PAGES = [
  ["ensemble", "Ensemble", "e"],
  ["actors", "Actors", "a"],
  ["elections", "Elections", "l"],
  ["sessions", "Sessions", "s"],
  ["watches", "Watches", "w"],
  ["tree", "Tree", "t"],
  ["log", "Log", "o"],
  ["metrics", "Metrics", "m"],
  ["slow", "Slow requests", "r"],
  ["config", "Config", "c"],
  ["backups", "Backups", "b"],
  ["audit", "Audit and log", "u"],
] as const;

export const help = signal(false);

/** `g` and a letter within this time lead to a page. */
const CHORD_MS = 1500;
let leader_at = -Infinity;

export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isAsking()) return;
    const target = event.target as HTMLElement;
    if (event.key === "Escape") {
      help.value = false;
      return;
    }
    if (target.matches("input, textarea, select, [contenteditable]")) return;
    if (performance.now() - leader_at < CHORD_MS) {
      leader_at = -Infinity;
      const page = PAGES.find(([, , key]) => key === event.key);
      if (page) {
        event.preventDefault();
        go(link(page[0]));
      }
      return;
    }
    if (event.key === "g") leader_at = performance.now();
    else if (event.key === "?") help.value = !help.value;
    else if (event.key === "/") {
      event.preventDefault();
      document.querySelector<HTMLInputElement>("[data-filter]")?.focus();
    }
  });
}
