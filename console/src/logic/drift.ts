import type { ConfigValues } from "../api/types";

export interface Drift {
  name: string;
  /** Server to value; undefined where it has no such key. */
  values: Map<number, string | null | undefined>;
}

/** What belongs to one server alone, and so differs. */
const OWN = /(^|[._-])(my-?id|server-?id|data-?dir|log-?dir|(client|peer|console|election)-?(address|port)|address|port|listen|advertise|name|host)s?$/i;

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
