/** Paths of nodes. */

export function childPath(parent: string, name: string): string {
  return parent === "/" ? `/${name}` : `${parent}/${name}`;
}

export function parentPath(path: string): string {
  const at = path.lastIndexOf("/");
  return at <= 0 ? "/" : path.slice(0, at);
}

/** All above a node, from the root on. */
export function ancestry(path: string): string[] {
  const found: string[] = [];
  for (let at = path; at !== "/" && at !== ""; ) {
    at = parentPath(at);
    found.unshift(at);
  }
  return found;
}
