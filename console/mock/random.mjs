/** Numbers that look random and are the same each time. */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The same for the same words. */
export function hash(...words) {
  let value = 2166136261;
  for (const letter of words.join("|")) value = Math.imul(value ^ letter.charCodeAt(0), 16777619);
  return value >>> 0;
}

export function wave(at_ms, period_ms, ...words) {
  const phase = (hash(...words) % 1000) / 1000;
  return 0.5 + 0.5 * Math.sin(2 * Math.PI * (at_ms / period_ms + phase));
}

export const HOSTILE = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "\u202eevil\u202c-\u05e9\u05dc\u05d5\u05dd",
  "line one\nline two\r\n\tthree",
  "very-long-" + "name-".repeat(60) + "end",
  "'; DROP TABLE nodes; --",
  "emoji-🦊-é-ß",
];
