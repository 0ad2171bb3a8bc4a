import type { Me } from "../api/types";

export type Role = Me["role"];

const RANK: Record<Role, number> = { none: 0, viewer: 1, operator: 2, admin: 3 };

export function may(me: Me | null, least: Role): boolean {
  return whyNot(me, least) === null;
}

/** Why somebody may not do what `least` may; null who may. Changes need more than the role. */
export function whyNot(me: Me | null, least: Role, changes = true): string | null {
  if (!me) return "Not known yet who you are.";
  if (changes && me.read_only) return "This console is read-only.";
  if (RANK[me.role] < RANK[least]) return `Needs the role ${least}; you are ${me.role === "none" ? "nobody" : me.role}.`;
  return null;
}
