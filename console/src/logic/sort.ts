export type Order = "up" | "down";
export type Cell = string | number | boolean | null | undefined;

const NATURAL = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Numbers by size, texts as people sort them; what is unknown comes last in either order. */
export function compareCells(left: Cell, right: Cell, order: Order): number {
  const missing = Number(left === null || left === undefined) - Number(right === null || right === undefined);
  if (missing !== 0) return missing;
  if (left === null || left === undefined) return 0;
  const ascending = typeof left === "string" ? NATURAL.compare(left, String(right)) : Number(left) - Number(right);
  return order === "up" ? ascending : -ascending;
}

/** A sorted copy; rows that are equal keep their order. */
export function sorted<Row>(rows: readonly Row[], cell: (row: Row) => Cell, order: Order): Row[] {
  return [...rows].sort((left, right) => compareCells(cell(left), cell(right), order));
}

/** Whether each word of a filter is somewhere in one of the texts. */
export function matches(filter: string, texts: readonly (string | null | undefined)[]): boolean {
  const all = texts.filter(Boolean).join("\n").toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
