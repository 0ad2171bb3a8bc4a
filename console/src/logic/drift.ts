import type { ConfigValues } from "../api/types";

export interface Drift {
  name: string;
  /** Server to value; undefined where it has no such key. */
  values: Map<number, string | null | undefined>;
}

/** What each server may have of its own: places, addresses, files, and how much it says. `quorate doctor` thinks so too. */
const OWN = /^(server_id|data_dir|data_log_dir|data_dir_create|(client|native|peer|console)_(address|port)|console_enabled|io_backend|log_.*|.*_(file|threads))$/;

/** Keys whose values differ between servers, those first that should not. */
export function drift(configs: ReadonlyMap<number, ConfigValues>): { wrong: Drift[]; own: Drift[] } {
  const names = new Set([...configs.values()].flatMap((config) => config.items.map((item) => item.name)));
  const differing: Drift[] = [];
  for (const name of [...names].sort()) {
    const values = new Map([...configs].map(([server, config]) => [server, config.items.find((item) => item.name === name)?.value]));
    if (new Set(values.values()).size > 1) differing.push({ name, values });
  }
  return { wrong: differing.filter((one) => !OWN.test(one.name)), own: differing.filter((one) => OWN.test(one.name)) };
}

/** Lines of the membership that not all servers have, with who has them. */
export function memberDrift(configs: ReadonlyMap<number, ConfigValues>): Map<string, number[]> {
  const lines = new Map<string, number[]>();
  for (const [server, config] of configs) {
    for (const line of new Set(config.members)) lines.set(line, [...(lines.get(line) ?? []), server]);
  }
  return new Map([...lines].filter(([, servers]) => servers.length < configs.size));
}
