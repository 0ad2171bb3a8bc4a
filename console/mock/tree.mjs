// The znodes of the imagined ensemble, and what is done to them.
const parentOf = (path) => path.slice(0, path.lastIndexOf("/")) || "/";
const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);

function bytesOf(data) {
  if (data === null) return 0;
  return typeof data === "string" ? Buffer.byteLength(data) : Buffer.from(data.base64, "base64").length;
}

function childrenOf(world, path) {
  return [...world.nodes.keys()].filter((one) => one !== "/" && parentOf(one) === path);
}

function statOf(world, path) {
  const node = world.nodes.get(path);
  return { czxid: node.czxid, mzxid: node.mzxid, pzxid: node.pzxid, ctime_ms: node.at_ms, mtime_ms: node.at_ms + 60_000, version: node.version, cversion: 3, aversion: node.aversion ?? 0, ephemeral_owner: node.owner, data_bytes: bytesOf(node.data), children: childrenOf(world, path).length, kind: node.owner ? "ephemeral" : "persistent" };
}

export function children(world, query) {
  const path = query.get("path");
  if (!world.nodes.has(path)) return null;
  const names = childrenOf(world, path).map(nameOf).sort();
  const after = query.get("after");
  const rest = after === null ? names : names.filter((name) => name > after);
  const some = rest.slice(0, Number(query.get("limit") ?? 100));
  return { path, zxid: world.lastZxid(), total: names.length, more: rest.length > some.length, items: some.map((name) => ({ name, stat: statOf(world, path === "/" ? `/${name}` : `${path}/${name}`) })) };
}

export function node(world, query, identity) {
  const path = query.get("path");
  const one = world.nodes.get(path);
  if (!one) return null;
  const readable = !one.secret || identity === "digest:alice:secret";
  return { path, zxid: world.lastZxid(), stat: statOf(world, path), acl: one.acl, readable, ...(readable ? { data: one.data } : {}), truncated: false, quota: path === "/config" ? { nodes: 100, used_nodes: 7 } : null, watchers: path.length % 7 };
}

const refused = (status, code, text, remedy) => ({ status, body: { error: { code, text, ...(remedy ? { do: remedy } : {}) } } });
const changed = (world, path) => ({ status: 200, body: { path, zxid: world.lastZxid(), ...(world.nodes.has(path) ? { stat: statOf(world, path) } : {}) } });

export function change(world, method, what, query, body) {
  const path = query.get("path");
  const one = world.nodes.get(path);
  if (method === "POST") {
    if (one) return refused(409, "conflict", `${path} exists.`);
    if (!world.nodes.has(parentOf(path))) return refused(404, "not_found", `${parentOf(path)} does not exist.`, "Create it first.");
    world.nodes.set(path, { data: body.data ?? "", acl: [{ perms: "cdrwa", scheme: "world", id: "anyone" }], owner: null, czxid: world.lastZxid(), mzxid: world.lastZxid(), pzxid: world.lastZxid(), at_ms: Date.now(), version: 0 });
    return changed(world, path);
  }
  if (!one) return refused(404, "not_found", `${path} does not exist.`);
  if (body.version !== (what === "acl" ? (one.aversion ?? 0) : one.version)) return refused(409, "conflict", `${path} has version ${one.version}, not ${body.version}.`, "Look at what it is now, and decide again.");
  if (what === "acl") Object.assign(one, { acl: body.acl.map((entry) => (entry.scheme === "digest" ? { ...entry, id: entry.id.split(":")[0] } : entry)), aversion: (one.aversion ?? 0) + 1 });
  else if (method === "PUT") Object.assign(one, { data: body.data, version: one.version + 1, mzxid: world.lastZxid() });
  else if (childrenOf(world, path).length > 0) return refused(409, "conflict", `${path} has children.`);
  else world.nodes.delete(path);
  return changed(world, path);
}

export function search(world, query) {
  const text = query.get("text");
  const under = query.get("under") ?? "/";
  const limit = Number(query.get("limit") ?? 100);
  const found = [...world.nodes.keys()].filter((path) => path.startsWith(under) && path.includes(text)).sort();
  return { text, under, more: found.length > limit, looked_at: world.nodes.size, paths: found.slice(0, limit) };
}

export function biggest(world, query) {
  const items = childrenOf(world, query.get("path")).map((path) => {
    const below = [...world.nodes].filter(([one]) => one === path || one.startsWith(`${path}/`));
    return { path, nodes: below.length, bytes: below.reduce((sum, [, one]) => sum + bytesOf(one.data), 0) };
  });
  return { path: query.get("path"), items: items.sort((a, b) => b.nodes - a.nodes).slice(0, Number(query.get("limit") ?? 100)) };
}
