// @vitest-environment node
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
// @ts-expect-error plain JavaScript
import { typesOf } from "../build/types.mjs";
// @ts-expect-error plain JavaScript
import { serve } from "../mock/server.mjs";

const text = readFileSync(new URL("../openapi.yaml", import.meta.url), "utf8");
const contract = parse(text);
// nullable is of OpenAPI 3.0; ajv wants a type beside it, and is not told of formats.
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema({ ...nullableRefs(contract), $id: "contract" });

/** ajv takes `nullable` only beside a `type`. */
function nullableRefs(node: unknown): any {
  if (Array.isArray(node)) return node.map(nullableRefs);
  if (typeof node !== "object" || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, nullableRefs(value)]));
  if (copy.nullable === true && copy.oneOf) return { ...copy, nullable: undefined, oneOf: [...copy.oneOf, { type: "null" }] };
  return copy;
}

let server: { address(): { port: number }; close(): void };
let base: string;
beforeAll(async () => {
  server = await serve(0);
  base = `http://127.0.0.1:${server.address().port}`;
});
afterAll(() => server.close());

const FILLED: [string, string][] = [
  ["/me", "/me"],
  ["/ensemble", "/ensemble"],
  ["/servers/{server}/status", "/servers/2/status"],
  ["/servers/{server}/actors", "/servers/self/actors?connections=true&sort=busy&order=down&limit=1000"],
  ["/servers/{server}/actors/{actor}", "/servers/1/actors/8"],
  ["/servers/{server}/elections", "/servers/3/elections?limit=100"],
  ["/servers/{server}/sessions", "/servers/1/sessions?sort=heard&offset=99950&limit=100"],
  ["/servers/{server}/sessions/{session}", "/servers/1/sessions/0x1100003"],
  ["/servers/{server}/watches", "/servers/1/watches?by=path"],
  ["/servers/{server}/watches", "/servers/1/watches?by=session&search=0x11"],
  ["/servers/{server}/tree/children", "/servers/1/tree/children?path=/hostile"],
  ["/servers/{server}/tree/node", "/servers/1/tree/node?path=/config/binary"],
  ["/servers/{server}/tree/node", "/servers/1/tree/node?path=/config/nothing"],
  ["/servers/{server}/tree/node", "/servers/1/tree/node?path=/config/secret"],
  ["/servers/{server}/tree/search", "/servers/1/tree/search?text=item"],
  ["/servers/{server}/tree/biggest", "/servers/1/tree/biggest?path=/"],
  ["/servers/{server}/transactions", "/servers/1/transactions?limit=200"],
  ["/servers/{server}/metrics", "/servers/1/metrics"],
  ["/servers/{server}/slow", "/servers/1/slow?which=slowest"],
  ["/servers/{server}/config", "/servers/2/config"],
  ["/servers/{server}/loglevels", "/servers/2/loglevels"],
  ["/servers/{server}/log", "/servers/2/log?level=warn"],
  ["/servers/{server}/backups", "/servers/2/backups"],
  ["/servers/{server}/audit", "/servers/2/audit"],
  ["/commands", "/commands"],
  ["/commands/{command}", "/commands/ruok"],
];

function validate(path: string, body: unknown, status = "200") {
  const pointer = `contract#/paths/${encodeURIComponent(path.replaceAll("~", "~0").replaceAll("/", "~1"))}/get/responses/${status}/content/application~1json/schema`;
  const check = ajv.compile({ $ref: pointer });
  check(body);
  return (check.errors ?? []).slice(0, 5).map((error) => `${error.instancePath} ${error.message}`);
}

describe("what the tests are run against", () => {
  it.each(FILLED)("answers %s as the contract says: %s", async (path, filled) => {
    const response = await fetch(`${base}/api/v1${filled}`);
    expect(response.status).toBe(200);
    expect(validate(path, await response.json())).toEqual([]);
  });
  it("answers every GET there is", () => {
    const gets = Object.entries<any>(contract.paths).filter(([, item]) => item.get).map(([path]) => path);
    expect(new Set(FILLED.map(([path]) => path)).size).toBe(gets.length - 1);
    expect(gets).toContain("/events");
  });
  it("would notice a wrong answer", () => {
    expect(validate("/me", { name: 7 })).not.toEqual([]);
    expect(validate("/servers/{server}/actors", { at_ms: 1, total: 1, offset: 0, items: [{}] })).not.toEqual([]);
  });
  it.each(["/ensemble", "/servers/3/actors", "/servers/1/sessions/0x1", "/servers/9/status"])("refuses as the contract says: %s", async (path) => {
    const response = await fetch(`${base}/api/v1${path}?mock=${path === "/ensemble" ? "login" : "not_linked"}`);
    expect(response.ok).toBe(false);
    const check = ajv.compile({ $ref: "contract#/components/schemas/Error" });
    expect(check(await response.json())).toBe(true);
  });
  it("refuses changes without the header", async () => {
    expect((await fetch(`${base}/api/v1/servers/1/stop`, { method: "POST", body: "{}" })).status).toBe(403);
  });
});

describe("the types", () => {
  it("are those of the contract: node build/types.mjs", () => {
    expect(readFileSync(new URL("../src/api/types.ts", import.meta.url), "utf8")).toBe(typesOf(text));
  });
});
