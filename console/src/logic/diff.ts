export interface Line {
  kind: "same" | "added" | "removed";
  text: string;
}

/** More lines than this in both are not compared one by one, for that takes the square of them. */
const COMPARED_MAX = 1500;

/** The lines of two texts, with what was removed before what was added. */
export function diffLines(before: string, after: string): Line[] {
  const old = before === "" ? [] : before.split("\n");
  const fresh = after === "" ? [] : after.split("\n");
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < fresh.length - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++;
  const same = (text: string): Line => ({ kind: "same", text });
  return [
    ...old.slice(0, head).map(same),
    ...middle(old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail)),
    ...old.slice(old.length - tail).map(same),
  ];
}

function middle(old: string[], fresh: string[]): Line[] {
  if (old.length > COMPARED_MAX || fresh.length > COMPARED_MAX) {
    return [...old.map((text): Line => ({ kind: "removed", text })), ...fresh.map((text): Line => ({ kind: "added", text }))];
  }
  // longest[i][j]: the longest common subsequence of what follows line i of one and line j of the other.
  const width = fresh.length + 1;
  const longest = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        old[i] === fresh[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  }
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      lines.push({ kind: "same", text: old[i]! });
      i++;
      j++;
    } else if (i < old.length && (j === fresh.length || longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!)) {
      lines.push({ kind: "removed", text: old[i++]! });
    } else {
      lines.push({ kind: "added", text: fresh[j++]! });
    }
  }
  return lines;
}

/** Only what changed, with some lines around; null stands for lines left out. */
export function folded(lines: readonly Line[], around = 3): (Line | null)[] {
  const near = lines.map((_, at) => lines.slice(Math.max(0, at - around), at + around + 1).some((line) => line.kind !== "same"));
  const shown: (Line | null)[] = [];
  lines.forEach((line, at) => {
    if (near[at]) shown.push(line);
    else if (shown.at(-1) !== null || shown.length === 0) shown.push(null);
  });
  return shown;
}
