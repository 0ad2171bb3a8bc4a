import type { Actor } from "../api/types";

export interface Branch {
  actor: Actor;
  children: Branch[];
}

/** Who supervises whom. An actor whose parent is not among them is shown at the top; so is one of a circle. */
export function forest(actors: readonly Actor[]): Branch[] {
  const branches = new Map(actors.map((actor) => [actor.id, { actor, children: [] as Branch[] }]));
  const roots: Branch[] = [];
  for (const branch of branches.values()) {
    const parent = branch.actor.parent === null ? undefined : branches.get(branch.actor.parent);
    if (parent && !descends(branches, branch.actor.parent, branch.actor.id)) parent.children.push(branch);
    else roots.push(branch);
  }
  return roots;
}

function descends(branches: Map<number, Branch>, from: number | null, of: number): boolean {
  const seen = new Set<number>();
  for (let at = from; at !== null && !seen.has(at); at = branches.get(at)?.actor.parent ?? null) {
    if (at === of) return true;
    seen.add(at);
  }
  return false;
}

/** An actor's ancestors, the topmost first. */
export function ancestors(actors: readonly Actor[], id: number): Actor[] {
  const by_id = new Map(actors.map((actor) => [actor.id, actor]));
  const found: Actor[] = [];
  for (let at = by_id.get(id)?.parent ?? null; at !== null && found.length < 32; at = by_id.get(at)?.parent ?? null) {
    const actor = by_id.get(at);
    if (!actor) break;
    found.unshift(actor);
  }
  return found;
}
