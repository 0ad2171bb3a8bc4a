import { Refusal } from "../api/client";
import type { AclEntry } from "../api/types";

/** One entry a line: `scheme:id:perms`. */
export function aclText(acl: readonly AclEntry[]): string {
  return acl.map((entry) => `${entry.scheme}:${entry.id}:${entry.perms}`).join("\n");
}

/** Throws a Refusal that names the line. The id may hold colons. */
export function parseAcl(text: string): AclEntry[] {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  if (lines.length === 0) throw new Refusal(0, "bad_request", "There is no entry.", "At least one is needed: nobody could change the node any more.");
  return lines.map((line) => {
    const parts = /^([a-z0-9_]+):(.*):([cdrwa]*)$/.exec(line);
    if (!parts) throw new Refusal(0, "bad_request", `This is no entry: ${line}`, "Write it as scheme:id:perms, as world:anyone:r.");
    return { scheme: parts[1]!, id: parts[2]!, perms: parts[3]! };
  });
}
