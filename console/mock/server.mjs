// Serves the page and an imagined ensemble by openapi.yaml, for development and tests:
//   node mock/server.mjs [--port 8090]
// `?mock=WORD,WORD` in the page's address chooses what is wrong: login, viewer, operator, read_only, no_quorum, not_linked, failing,
// no_stream, silent, empty, slow. PUT /mock/scene and POST /mock/lose-leader, /mock/reset do so for all.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import * as answers from "./answers.mjs";
import * as tree from "./tree.mjs";
import { World } from "./world.mjs";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const TOKENS = { "viewer-token": "viewer", "operator-token": "operator", "admin-token": "admin" };

let world = new World();
let common = new Set();

const refusal = (status, code, text, remedy) => ({ status, body: { error: { code, text, ...(remedy ? { do: remedy } : {}) } } });
const good = (body) => (body === null ? refusal(404, "not_found", "There is no such thing here.") : { status: 200, body });

function sceneOf(request, url) {
  const referer = request.headers.referer ? new URL(request.headers.referer) : null;
  const words = [url.searchParams.get("mock"), referer?.searchParams.get("mock")].filter(Boolean).flatMap((text) => text.split(","));
  return new Set([...common, ...words]);
}

function roleOf(request, scene) {
  for (const role of ["viewer", "operator"]) if (scene.has(role)) return { name: role, role };
  if (!scene.has("login")) return { name: "loopback", role: "admin" };
  const cookie = /quorate_console=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
  const token = /^Bearer ([\w-]+)/.exec(request.headers.authorization ?? "")?.[1] ?? cookie;
  const role = token ? TOKENS[token] : undefined;
  return role ? { name: role, role } : { name: "", role: "none" };
}

const LEVELS = ["trace", "debug", "info", "warn", "error"];
const RANK = ["none", "viewer", "operator", "admin"];

function me(request, scene) {
  const { name, role } = roleOf(request, scene);
  return { name, role, server: 1, version: "1.2.0", login: scene.has("login"), read_only: scene.has("read_only"), expires_at_ms: null };
}

/** A GET below /api/v1; what the event stream repeats, too. */
export function get(path, query, scene, identity, role = "admin") {
  if (path === "/ensemble") return good(answers.ensemble(world, scene));
  if (path === "/commands") return good({ commands: [{ command: "ruok", aliases: [] }] });
  if (path === "/commands/ruok") return good({ command: "ruok", error: null });
  const parts = /^\/servers\/(self|[0-9]{1,3})\/(.*)$/.exec(path);
  if (!parts) return refusal(404, "not_found", `There is no ${path}.`);
  const server = parts[1] === "self" ? 1 : Number(parts[1]);
  if (![1, 2, 3].includes(server)) return refusal(404, "not_found", `There is no server ${server}.`);
  if (server !== 1 && (scene.has("no_quorum") || world.down.has(server) || (scene.has("not_linked") && server === 3))) return refusal(502, "not_linked", `There is no link to server ${server}.`, `See whether it runs, and whether it can be reached from server 1.`);
  if (scene.has("failing") && !["status"].includes(parts[2])) return refusal(500, "internal", "This failed on purpose.", "Take the word out of the page's address.");
  const [what, item] = parts[2].split("/");
  switch (what) {
    case "status": return good(answers.status(world, scene, server));
    case "actors": return good(item ? answers.actorDetail(world, server, Number(item)) : answers.actors(world, server, query));
    case "elections": return good(answers.elections(world, server));
    case "sessions": return good(item ? answers.sessionDetail(world, server, item) : answers.sessions(world, server, query, scene));
    case "watches": return good(answers.watches(world, server, query, scene));
    case "transactions": return good(answers.transactions(world, query));
    case "metrics": return good(answers.metrics(world, server, query));
    case "slow": return good(answers.slow(world, query));
    case "config": return good(answers.config(world, server));
    case "loglevels": return good({ items: [...world.levels].map(([component, level]) => ({ component, level })) });
    case "log": return good(answers.logLines(world, query));
    case "backups": return good(answers.backups(world));
    case "audit": return RANK.indexOf(role) < 2 ? refusal(403, "forbidden", "Needs the role operator.") : good(answers.audit(world, query));
    case "tree": {
      const made = { children: () => tree.children(world, query), node: () => tree.node(world, query, identity), search: () => tree.search(world, query), biggest: () => tree.biggest(world, query) }[item];
      return made ? good(made()) : refusal(404, "not_found", `There is no ${path}.`);
    }
    default: return refusal(404, "not_found", `There is no ${path}.`);
  }
}

/** What is changed, who may, and what has to be typed. */
const ACTS = [
  [/^actors\/(\d+)\/trace$/, "operator", null, (server, id, body) => (world.traced.set(`${server}/${Number(id) % 1000}`, Date.now() + body.seconds * 1000), `Traced for ${body.seconds} s.`)],
  [/^actors\/(\d+)\/restart$/, "admin", (server, id) => answers.actorDetail(world, server, Number(id))?.name, (server, id, body) => {
    const key = `${server}/${Number(id) % 1000}`;
    world.restarts.set(key, { times: (world.restarts.get(key)?.times ?? 0) + 1, at_ms: Date.now(), reason: body.reason });
    return "It was restarted.";
  }],
  [/^leader\/transfer$/, "admin", (server) => String(server), (_server, _id, body) => ((world.leader = body.to ?? (world.leader % 3) + 1), world.epoch++, world.etag++, `Server ${world.leader} leads.`)],
  [/^drain$/, "admin", (server) => String(server), (server, _id, body) => (body.drain ? world.draining.add(server) : world.draining.delete(server), body.drain ? "It drains." : "It takes clients.")],
  [/^stop$/, "admin", (server) => String(server), (server) => (world.down.add(server), `Server ${server} stops.`)],
  [/^sessions\/(0x[0-9a-f]+)\/close$/, "operator", (_server, id) => id, (_server, id) => (world.closed.add(id), "The session is closed.")],
  [/^sessions\/(0x[0-9a-f]+)\/remove-watches$/, "operator", (_server, id) => id, () => "Its watches are forgotten."],
  [/^shed$/, "operator", (server) => String(server), (_server, _id, body) => `Closed ${body.percent} % of the connections.`],
  [/^slow\/threshold$/, "operator", null, (_server, _id, body) => ((world.threshold_ms = body.threshold_ms), "Set.")],
  [/^loglevels\/(\w+)$/, "operator", null, (_server, name, body) => (world.levels.set(name, body.level), "Set.")],
  [/^backups$/, "operator", null, () => (world.checkpoints.unshift({ name: `checkpoint-${world.lastZxid()}`, zxid: world.lastZxid(), at_ms: Date.now(), bytes: 51_000_000, digest: "00c0ffee00c0ffee", verified: "yes", verified_ms: Date.now() }), "A checkpoint was taken.")],
];

function act(request, method, path, query, body, scene) {
  const who = roleOf(request, scene);
  const [, named, what] = /^\/servers\/(self|[0-9]{1,3})\/(.*)$/.exec(path) ?? [];
  if (!what) return refusal(404, "not_found", `There is no ${path}.`);
  const server = named === "self" ? 1 : Number(named);
  const allowed = (least) => RANK.indexOf(who.role) >= RANK.indexOf(least);
  if (scene.has("read_only")) return refusal(403, "forbidden", "This console is read-only.");
  const done = (outcome, operation, target) => {
    world.audit(who.name, operation, target, body.reason ?? "", outcome.status === 200 ? "ok" : outcome.body.error.code, outcome.body.text ?? outcome.body.error?.text ?? "");
    return outcome;
  };
  if (what.startsWith("tree/")) {
    if (!allowed("operator")) return refusal(403, "forbidden", "Needs the role operator.");
    if (scene.has("no_quorum")) return refusal(503, "no_quorum", "Nothing can be written without a quorum.", "Bring back one more voter.");
    if (method === "DELETE" && body.confirm !== query.get("path")) return refusal(400, "bad_request", "The path was not confirmed.");
    return done(tree.change(world, method, what.slice(5), query, body), { POST: "createNode", PUT: what === "tree/acl" ? "setAcl" : "setNode", DELETE: "deleteNode" }[method], query.get("path"));
  }
  for (const [pattern, least, name, run] of ACTS) {
    const found = pattern.exec(what);
    if (!found) continue;
    if (!allowed(least)) return done(refusal(403, "forbidden", `Needs the role ${least}.`, "Ask somebody who has it."), what, path);
    if (name) {
      if (body.confirm !== name(server, found[1])) return refusal(400, "bad_request", `Confirm with ${name(server, found[1])}.`);
      if (!body.reason) return refusal(400, "bad_request", "There is no reason.");
      if (scene.has("stale_etag")) return refusal(412, "stale", "It has changed since it was seen.", "Look again, then decide.");
    }
    return done({ status: 200, body: { done: true, text: run(server, found[1], body) } }, what.split("/").at(-1), path);
  }
  return refusal(404, "not_found", `There is no ${path}.`);
}

/** One stream: each view when it changes, at most once a second. */
function stream(request, response, url, scene) {
  const role = roleOf(request, scene).role;
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  const views = url.searchParams.getAll("view").slice(0, 8);
  const topics = url.searchParams.getAll("topic").slice(0, 8);
  const sent = new Map();
  let id = 0;
  const tell = () => {
    for (const view of views) {
      const [path, query] = view.split("?");
      const { status, body } = get(path, new URLSearchParams(query ?? ""), new Set([...scene, ...common]), null, role);
      const text = JSON.stringify({ view, status, body });
      if (sent.get(view) !== text) response.write(`event: view\ndata: ${text}\n\n`);
      sent.set(view, text);
    }
    if (topics.includes("trace"))
      for (const item of answers.traceItems(world)) response.write(`id: ${++id}\nevent: trace\ndata: ${JSON.stringify(item)}\n\n`);
    const wanted = topics.find((topic) => topic.startsWith("log"));
    if (!wanted) return;
    const line = world.log();
    if (LEVELS.indexOf(line.level) >= LEVELS.indexOf(wanted.split(":")[1] ?? "trace")) response.write(`id: ${++id}\nevent: log\ndata: ${JSON.stringify(line)}\n\n`);
  };
  tell();
  const timer = setInterval(() => (scene.has("silent") || common.has("silent") ? undefined : tell()), 1000);
  response.on("close", () => clearInterval(timer));
}

async function bodyOf(request) {
  let text = "";
  for await (const part of request) text += part;
  return text === "" ? {} : JSON.parse(text);
}

async function api(request, response, url) {
  const scene = sceneOf(request, url);
  const path = decodeURI(url.pathname.slice("/api/v1".length));
  const reply = ({ status, body }, headers = {}) => {
    response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers });
    response.end(JSON.stringify(body));
  };
  if (scene.has("slow")) await new Promise((resolve) => setTimeout(resolve, 1500));
  const body = request.method === "GET" ? null : await bodyOf(request);
  if (request.method !== "GET" && request.headers["x-quorate-console"] !== "1") return reply(refusal(403, "forbidden", "The header X-Quorate-Console is missing."));
  if (path === "/login") {
    if (!TOKENS[body.token]) return reply(refusal(401, "unauthenticated", "Nobody has this token.", "Ask those who run this server for one."));
    request.headers.cookie = `quorate_console=${body.token}`;
    return reply({ status: 200, body: me(request, scene) }, { "Set-Cookie": `quorate_console=${body.token}; Path=/; HttpOnly; SameSite=Strict` });
  }
  if (path === "/logout") return reply({ status: 200, body: { done: true } }, { "Set-Cookie": "quorate_console=; Path=/; Max-Age=0" });
  if (path === "/me") return reply({ status: 200, body: me(request, scene) });
  const { role } = roleOf(request, scene);
  if (role === "none") return reply(refusal(401, "unauthenticated", "Nobody is logged in.", "Log in with a token."));
  if (path === "/events") return scene.has("no_stream") ? reply(refusal(503, "unavailable", "There are no streams.")) : stream(request, response, url, scene);
  const identity = request.headers["x-quorate-identity"] ? decodeURIComponent(request.headers["x-quorate-identity"]) : null;
  if (request.method === "GET") return reply(get(path, url.searchParams, scene, identity, role));
  return reply(act(request, request.method, path, url.searchParams, body, scene));
}

async function file(response, url) {
  const name = normalize(url.pathname === "/" ? "/index.html" : url.pathname);
  try {
    const content = await readFile(join(DIST, name));
    response.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream", "Content-Security-Policy": "default-src 'self'", "X-Content-Type-Options": "nosniff" });
    response.end(content);
  } catch {
    response.writeHead(404).end();
  }
}

async function control(request, response, url) {
  if (url.pathname === "/mock/reset") world = new World();
  if (url.pathname === "/mock/lose-leader") world.loseLeader();
  if (url.pathname === "/mock/reset" || url.pathname === "/mock/scene") common = new Set(url.searchParams.get("words")?.split(",").filter(Boolean) ?? []);
  response.writeHead(200, { "Content-Type": "text/plain" }).end("ok");
}

export function serve(port = 0) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://mock");
    const handler = url.pathname.startsWith("/api/v1") ? api(request, response, url) : url.pathname.startsWith("/mock/") ? control(request, response, url) : file(response, url);
    handler.catch((error) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf("--port");
  const server = await serve(at < 0 ? 8090 : Number(process.argv[at + 1]));
  console.log(`ready http://127.0.0.1:${server.address().port}/`);
}
