/** Numbers and times as people read them. All widths are kept small: these stand in tables. */

const GROUPED = new Intl.NumberFormat("en-US");

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : GROUPED.format(Math.round(value));
}

/** 1234567 as 1.23 M: where the size matters, not the digits. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size < 10) return value === 0 ? "0" : trim(value.toFixed(size < 1 ? 2 : 1));
  if (size < 10_000) return GROUPED.format(Math.round(value));
  if (size < 1e6) return `${digits(value / 1e3)} k`;
  if (size < 1e9) return `${digits(value / 1e6)} M`;
  return `${digits(value / 1e9)} G`;
}

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (Math.abs(value) < 1024) return `${Math.round(value)} B`;
  const units = ["KiB", "MiB", "GiB", "TiB", "PiB"];
  let scaled = value;
  let unit = -1;
  while (Math.abs(scaled) >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${digits(scaled)} ${units[unit]}`;
}

export function micros(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (value < 1000) return `${value < 10 ? trim(value.toFixed(1)) : Math.round(value)} µs`;
  if (value < 1e6) return `${digits(value / 1e3)} ms`;
  return duration(value / 1e3);
}

/** Of what was measured in whole milliseconds, cut off. */
export function latency(average_ms: number | null | undefined, longest_ms: number | null | undefined): string {
  if (average_ms === null || average_ms === undefined) return "–";
  const average = average_ms < 1 ? "< 1 ms" : duration(average_ms);
  return (longest_ms ?? 0) < 1 ? average : `${average}, max ${duration(longest_ms)}`;
}

export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "–";
  const seconds = ms / 1000;
  if (Math.abs(ms) < 1000) return `${Math.round(ms)} ms`;
  if (seconds < 60) return `${digits(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

/** Whole seconds, for what counts up in view. */
export function age(ms: number): string {
  return ms < 60_000 ? `${Math.max(0, Math.floor(ms / 1000))} s` : duration(ms);
}

export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

/** The time of day; with the date when it is not today's. */
export function clock(ms: number | null | undefined, now: number = Date.now()): string {
  if (ms === null || ms === undefined) return "–";
  const at = new Date(ms);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return at.toDateString() === new Date(now).toDateString() ? time : `${date(at)} ${time}`;
}

export function moment(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "–";
  const at = new Date(ms);
  return `${date(at)} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** How far a clock is off, signed. */
export function skew(ms: number): string {
  return Math.abs(ms) < 1 ? "0 ms" : `${ms > 0 ? "+" : "−"}${duration(Math.abs(ms))}`;
}

function date(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function digits(value: number): string {
  const size = Math.abs(value);
  return trim(value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0));
}

function trim(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
