import type { ElectionEvent } from "../api/types";

/** What servers say of their roles, merged. */
export interface Told extends ElectionEvent {
  /** Who says this. */
  teller: number;
}

export type StageKind = "leading" | "following" | "observing" | "looking" | "down";

/** What one server was from one time on to another. */
export interface Stage {
  server: number;
  kind: StageKind;
  from: number;
  to: number;
  open: boolean;
  epoch: number | null;
}

/** Newest first. Of one server by its own count: its clock may be set back. */
export function merge(told: ReadonlyMap<number, readonly ElectionEvent[]>): Told[] {
  const all: Told[] = [];
  for (const [teller, events] of told) for (const event of events) all.push({ ...event, teller });
  return all.sort((a, b) => (a.teller === b.teller ? b.seq - a.seq : b.at_ms - a.at_ms || a.teller - b.teller));
}

const REASONS: Record<string, string> = {
  leader_silent: "No word came from the leader for too long.",
  leader_left: "The leader said that it leads no more.",
  quorum_silent: "It heard nothing of a quorum for too long.",
  handed_over: "It handed over to another, as asked.",
  link_down: "The link to the leader ended.",
  disk_behind: "Its disk could not keep up.",
  behind: "A server of its quorum had more history.",
  slept: "The process was stopped for too long.",
  diverged: "Its state is not that of a quorum.",
};

/** The reason of a loss in words; the server's own text says most. */
export function reasonOf(event: ElectionEvent): string | null {
  if (event.event !== "left" || !event.reason) return null;
  return REASONS[event.reason] ?? sentence(event.reason);
}

function sentence(word: string): string {
  const text = word.replaceAll("_", " ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const BEGINS: Partial<Record<ElectionEvent["event"], StageKind>> = {
  started: "looking",
  looking: "looking",
  leading: "leading",
  following: "following",
  observing: "observing",
  left: "looking",
};

/** The stages of one server in the order of time, up to `now`; a gap before a start is time it was down. */
export function stages(server: number, newest_first: readonly ElectionEvent[], now: number): Stage[] {
  const found: Stage[] = [];
  for (const event of [...newest_first].sort((a, b) => a.seq - b.seq)) {
    const kind = BEGINS[event.event];
    if (!kind) continue;
    const before = found.at(-1);
    if (before?.kind === kind && event.event !== "started") {
      before.epoch = event.epoch ?? before.epoch;
      continue;
    }
    if (before) {
      before.to = Math.max(before.from, event.at_ms);
      before.open = false;
    }
    found.push({ server, kind, from: event.at_ms, to: now, open: true, epoch: event.epoch ?? null });
  }
  const last = found.at(-1);
  if (last) last.to = Math.max(last.from, now);
  return found;
}

/** When a server led before its own memory begins, as those tell who followed it: who is killed forgets. */
export function ledBefore(server: number, told: ReadonlyMap<number, readonly ElectionEvent[]>, now: number): Stage[] {
  const begin = Math.min(now, ...(told.get(server) ?? []).map((event) => event.at_ms));
  const by_epoch = new Map<number, Stage>();
  for (const [teller, events] of told) {
    if (teller === server) continue;
    const in_order = events.filter((event) => BEGINS[event.event]).sort((a, b) => a.seq - b.seq);
    in_order.forEach((event, at) => {
      if (event.event !== "following" || event.leader !== server || event.epoch == null || event.at_ms >= begin) return;
      const to = Math.min(begin, in_order[at + 1]?.at_ms ?? begin);
      const known = by_epoch.get(event.epoch);
      const from = Math.min(event.at_ms, known?.from ?? event.at_ms);
      by_epoch.set(event.epoch, { server, kind: "leading", from, to: Math.max(to, known?.to ?? to), open: false, epoch: event.epoch });
    });
  }
  return [...by_epoch.values()].sort((a, b) => a.from - b.from);
}

export interface Loss {
  event: Told;
  /** Who ceased to lead. */
  leader: number;
  why: string;
  /** How long nobody led; null while nobody does. */
  gap_ms: number | null;
  /** Who led next. */
  next: Told | null;
}

/**
 * The last time that a leader was lost, why, and how long it took until one led again.
 *
 * Who led tells it best. Of one that was killed only those know who followed it; of these, one that leaves alone has lost no leader: there
 * must be another one later, or nobody who follows.
 */
export function lastLoss(newest_first: readonly Told[]): Loss | null {
  for (let at = 0; at < newest_first.length; at++) {
    const event = newest_first[at]!;
    if (event.event !== "left") continue;
    const later = newest_first.slice(0, at);
    const before = newest_first.slice(at + 1).find((one) => one.teller === event.teller && one.event !== "elected");
    const led = before?.event === "leading";
    const next = later.filter((one) => one.event === "leading").at(-1) ?? null;
    const followed = before?.event === "following" && event.leader != null;
    if (!led && !(followed && (next !== null || !later.some((one) => one.event === "following")))) continue;
    const leader = led ? (event.server ?? event.teller) : event.leader!;
    // The leader's own word, if it is there and of the same term.
    const own = led ? event : newest_first.find((one) => one.event === "left" && one.teller === leader && one.leader === leader && one.epoch != null && one.epoch === event.epoch);
    const told = own ?? event;
    return { event: told, leader, why: told.text || (reasonOf(told) ?? ""), gap_ms: next ? Math.max(0, next.at_ms - told.at_ms) : null, next };
  }
  return null;
}
