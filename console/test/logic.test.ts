import { describe, expect, it } from "vitest";
import { aclText, parseAcl } from "../src/logic/acl";
import { drift, memberDrift } from "../src/logic/drift";
import { ancestors, forest } from "../src/logic/forest";
import { joined } from "../src/logic/lines";
import { ancestry, childPath, parentPath } from "../src/logic/paths";
import { may, whyNot } from "../src/logic/roles";
import { hrefOf, parseRoute } from "../src/logic/route";
import { append, charts } from "../src/logic/series";
import { matches, sorted } from "../src/logic/sort";
import { visible } from "../src/logic/visible";
import { compareZxid, distance, parseZxid } from "../src/logic/zxid";
import type { Actor, ConfigValues, Me, MetricsHistory } from "../src/api/types";

describe("zxid", () => {
  it("is epoch and counter in hexadecimal", () => {
    expect(parseZxid("7.1f")).toEqual({ epoch: 7, counter: 31 });
    for (const wrong of ["", "7", "7.", ".1", "7.g", "0x7.1", "7.1.1", "7.1 "]) expect(parseZxid(wrong)).toBeNull();
  });
  it("orders by epoch first, and by number rather than by letter", () => {
    expect(["7.9", "6.ffff", "7.10", "a.1"].sort(compareZxid)).toEqual(["6.ffff", "7.9", "7.10", "a.1"]);
    expect(compareZxid("?", "0.0")).toBeLessThan(0);
  });
  it("tells distances within an epoch only", () => {
    expect(distance("7.1", "7.1f")).toBe(30);
    expect(distance("6.1", "7.1")).toBeNull();
  });
});

describe("sorting and filtering", () => {
  const rows = [{ name: "link 10", n: 5 }, { name: "link 9", n: null }, { name: "journal", n: 7 }, { name: "admin", n: 5 }];
  it("sorts numbers by size and what is unknown last, up and down", () => {
    expect(sorted(rows, (row) => row.n, "up").map((row) => row.n)).toEqual([5, 5, 7, null]);
    expect(sorted(rows, (row) => row.n, "down").map((row) => row.n)).toEqual([7, 5, 5, null]);
  });
  it("keeps the order of equals", () => {
    expect(sorted(rows, (row) => row.n, "up").slice(0, 2).map((row) => row.name)).toEqual(["link 10", "admin"]);
  });
  it("sorts texts as people do", () => {
    expect(sorted(rows, (row) => row.name, "up").map((row) => row.name)).toEqual(["admin", "journal", "link 9", "link 10"]);
  });
  it("finds every word somewhere, whatever the case", () => {
    expect(matches("LINK 2", ["link", "to server 2"])).toBe(true);
    expect(matches("link 3", ["link", "to server 2"])).toBe(false);
    expect(matches("", [null])).toBe(true);
    expect(matches(".*", ["anything"])).toBe(false);
  });
});

describe("links", () => {
  it("reads what it writes", () => {
    const route = parseRoute(hrefOf("2", "tree", null, { path: "/a b/<script>&?#", q: "" }));
    expect(route).toMatchObject({ server: "2", page: "tree", item: null });
    expect(route.query.get("path")).toBe("/a b/<script>&?#");
    expect(route.query.has("q")).toBe(false);
  });
  it("is about the page's own server unless another is named", () => {
    expect(parseRoute("#/actors/7")).toMatchObject({ server: "self", page: "actors", item: "7" });
    expect(parseRoute("#/s/2/actors?sort=busy").server).toBe("2");
    expect(hrefOf("self", "actors", 7)).toBe("#/actors/7");
  });
  it("leads home from nowhere, and survives nonsense", () => {
    expect(parseRoute("").page).toBe("ensemble");
    expect(parseRoute("#/s/x9/actors").server).toBe("self");
    expect(parseRoute("#/actors/%E0%A4%A").item).toBe("%E0%A4%A");
  });
});

describe("roles", () => {
  const me = (role: Me["role"], read_only = false): Me => ({ name: "x", role, server: 1, version: "1", login: true, read_only });
  it("lets each do what the one before may", () => {
    expect(may(me("admin"), "operator")).toBe(true);
    expect(may(me("operator"), "operator")).toBe(true);
    expect(may(me("viewer"), "operator")).toBe(false);
    expect(may(null, "viewer")).toBe(false);
  });
  it("says why not", () => {
    expect(whyNot(me("viewer"), "admin")).toContain("Needs the role admin");
    expect(whyNot(me("admin", true), "operator")).toContain("read-only");
    expect(whyNot(me("admin", true), "viewer", false)).toBeNull();
  });
});

describe("supervision", () => {
  const actor = (id: number, parent: number | null) => ({ id, parent, name: `a${id}`, label: "" }) as Actor;
  it("puts children below their supervisor, and orphans at the top", () => {
    const roots = forest([actor(1, null), actor(3, 2), actor(2, 1), actor(9, 77)]);
    expect(roots.map((root) => root.actor.id)).toEqual([1, 9]);
    expect(roots[0]!.children[0]!.children[0]!.actor.id).toBe(3);
  });
  it("loses nobody and ends when parents go in a circle", () => {
    const circle = [actor(1, 2), actor(2, 1)];
    expect(forest(circle).length).toBeGreaterThan(0);
    expect(ancestors(circle, 1).length).toBeLessThanOrEqual(32);
  });
  it("names the ancestors from the top", () => {
    expect(ancestors([actor(1, null), actor(2, 1), actor(3, 2)], 3).map((one) => one.id)).toEqual([1, 2]);
  });
});

describe("paths", () => {
  it("joins and splits", () => {
    expect(childPath("/", "a")).toBe("/a");
    expect(childPath("/a", "b")).toBe("/a/b");
    expect(parentPath("/a")).toBe("/");
    expect(ancestry("/a/b/c")).toEqual(["/", "/a", "/a/b"]);
    expect(ancestry("/")).toEqual([]);
  });
});

describe("access lists", () => {
  it("reads what it writes, with colons in ids", () => {
    const acl = [{ scheme: "digest", id: "user:aGFzaA=", perms: "rw" }, { scheme: "ip", id: "fe80::1", perms: "r" }, { scheme: "world", id: "anyone", perms: "" }];
    expect(parseAcl(aclText(acl))).toEqual(acl);
  });
  it("refuses what is none, and nothing at all", () => {
    expect(() => parseAcl("world:anyone:rx")).toThrow("no entry");
    expect(() => parseAcl(" \n ")).toThrow("no entry");
  });
});

describe("drift", () => {
  const config = (values: Record<string, string | null>, members: string[] = []): ConfigValues => ({ members, items: Object.entries(values).map(([name, value]) => ({ name, value, origin: "default", is_default: true, group: "g" })) });
  it("tells keys that should be alike from those of one server", () => {
    const { wrong, own } = drift(new Map([[1, config({ tick: "2s", client_port: "1", data_log_dir: "/1", log_level: "info", server_id: "1", tls_key_file: "1", secret: null })], [2, config({ tick: "3s", client_port: "2", data_log_dir: "/2", log_level: "warn", server_id: "2", tls_key_file: "2", secret: null })]]));
    expect(wrong.map((one) => one.name)).toEqual(["tick"]);
    expect(own.map((one) => one.name)).toEqual(["client_port", "data_log_dir", "log_level", "server_id", "tls_key_file"]);
  });
  it("sees a key that one does not know", () => {
    expect(drift(new Map([[1, config({ a: "1" })], [2, config({})]])).wrong).toHaveLength(1);
  });
  it("sees members that only some have", () => {
    expect(memberDrift(new Map([[1, config({}, ["x", "y"])], [2, config({}, ["x"])]]))).toEqual(new Map([["y", [1]]]));
  });
});

describe("metrics", () => {
  const history = (times_ms: number[], series: Record<string, (number | null)[]>): MetricsHistory => ({ at_ms: 0, step_ms: 5000, times_ms, series: Object.entries(series).map(([name, values]) => ({ name, title: name, unit: "count", chart: "c", values })) });
  it("appends only what is newer, and fills gaps", () => {
    const all = append(history([5000, 10_000], { a: [1, 2], b: [3, 4] }), history([10_000, 15_000], { a: [2, 5], c: [7, 8] }));
    expect(all.times_ms).toEqual([5000, 10_000, 15_000]);
    expect(all.series.map((one) => one.values)).toEqual([[1, 2, 5], [3, 4, null], [null, null, 8]]);
  });
  it("takes nothing new for nothing", () => {
    expect(append(history([5000], { a: [1] }), history([], { a: [] })).times_ms).toEqual([5000]);
  });
  it("forgets what is older than an hour", () => {
    const all = append(history([0, 5000], { a: [1, 2] }), history([3_601_000], { a: [3] }));
    expect(all.times_ms).toEqual([5000, 3_601_000]);
    expect(all.series[0]!.values).toEqual([2, 3]);
  });
  it("puts series of an equal chart into one, for the range", () => {
    const made = charts(history([0, 60_000, 120_000], { a: [1, 2, 3], b: [4, 5, 6] }), 70_000);
    expect(made).toHaveLength(1);
    expect(made[0]!.names).toEqual(["a", "b"]);
    expect(made[0]!.data).toEqual([[60, 120], [2, 3], [5, 6]]);
  });
});

describe("names", () => {
  it("show what is not seen, and leave the rest", () => {
    expect(visible("a\u202eb\u200b\nc\u0007")).toBe("a\\u202eb\\u200b\\nc\\u0007");
    expect(visible("שלום grüße 🦊 <b>")).toBe("שלום grüße 🦊 <b>");
  });
});

describe("log lines", () => {
  it("has each once, newest first", () => {
    expect(joined([{ seq: 9 }, { seq: 8 }], [{ seq: 8 }, { seq: 7 }], 2)).toEqual([{ seq: 9 }, { seq: 8 }]);
  });
});
