/** Newer and older items in one, each once, newest first. */
export function joined<Item extends { seq: number }>(fresh: readonly Item[], known: readonly Item[], most: number): Item[] {
  const all = new Map<number, Item>();
  for (const item of [...fresh, ...known]) if (!all.has(item.seq)) all.set(item.seq, item);
  return [...all.values()].sort((a, b) => b.seq - a.seq).slice(0, most);
}
