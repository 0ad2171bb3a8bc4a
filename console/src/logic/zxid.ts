/** Zxids are texts, `7.1f`: epoch and counter, in hexadecimal. */
export interface Zxid {
  epoch: number;
  counter: number;
}

export function parseZxid(text: string): Zxid | null {
  const parts = /^([0-9a-f]{1,8})\.([0-9a-f]{1,8})$/.exec(text);
  return parts ? { epoch: parseInt(parts[1]!, 16), counter: parseInt(parts[2]!, 16) } : null;
}

/** Below zero when `left` came first. What is no zxid comes before all. */
export function compareZxid(left: string, right: string): number {
  const a = parseZxid(left);
  const b = parseZxid(right);
  if (!a || !b) return Number(a !== null) - Number(b !== null);
  return a.epoch - b.epoch || a.counter - b.counter;
}

/** How many transactions lie between two of one epoch; null across epochs, where nobody knows. */
export function distance(from: string, to: string): number | null {
  const a = parseZxid(from);
  const b = parseZxid(to);
  return a && b && a.epoch === b.epoch ? b.counter - a.counter : null;
}
