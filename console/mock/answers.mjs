// What the imagined servers answer, by openapi.yaml.
import { hash, HOSTILE, wave } from "./random.mjs";
import { SESSIONS, START, zxid } from "./world.mjs";

const hex = (value) => value.toString(16);
const clip = (text) => (text.length > 200 ? text.slice(0, 200) : text);

export function ensemble(world, scene) {
  const at_ms = world.now();
  const alone = scene.has("no_quorum");
  const gone = (server) => server !== 1 && (alone || (scene.has("not_linked") && server === 3) || world.down.has(server));
  const ids = [1, 2, 3];
  const linked = ids.filter((server) => !gone(server)).length;
  const survives = Math.max(-1, linked - 2);
  const has = linked >= 2;
  return {
    server: 1, at_ms, leader: has ? world.leader : null, epoch: world.epoch,
    quorum: { has, voters: 3, linked, survives: Math.max(0, survives), text: !has ? "No quorum: 1 more voter is needed." : survives === 0 ? "Survives no further loss." : `Survives ${survives} more loss.` },
    servers: ids.map((server) => ({
      server, observer: false, address: `127.0.0.1:${2171 + 10 * server}`, console: `127.0.0.1:${2173 + 10 * server}`, linked: !gone(server), age_ms: gone(server) ? null : server === 1 ? 0 : 400 + (at_ms % 500),
      ...(gone(server) ? { error: `No link to server ${server} for ${Math.floor((at_ms % 60_000) / 1000)} s: connection refused.` } : { status: status(world, scene, server) }),
    })),
    links: ids.filter((from) => !gone(from)).flatMap((from) => ids.filter((to) => to !== from).map((to) => ({ from, to, up: !gone(to), rtt_us: gone(to) ? null : 180 + (hash(from, to) % 300) + Math.floor(40 * wave(at_ms, 9000, from, to)) }))),
  };
}

export function status(world, scene, server) {
  const at_ms = world.now();
  const leads = world.leader === server && !scene.has("no_quorum");
  const rate = wave(at_ms, 60_000, "rate", server);
  const slow = server === 3;
  return {
    server, version: "1.2.0", role: scene.has("no_quorum") ? "looking" : leads ? "leading" : "following", serving: !scene.has("no_quorum"), draining: world.draining.has(server), recovering: false, in_doubt: false,
    leader: scene.has("no_quorum") ? null : world.leader, epoch: world.epoch, committed: world.lastZxid(), applied: world.lastZxid(), logged: world.lastZxid(), lag_txns: leads ? 0 : server === 3 ? Math.floor(6 * rate) : 0,
    now_ms: at_ms - (server === 1 ? 0 : 400 + (at_ms % 500)) + (server - 1) * 3, uptime_ms: at_ms - START, sessions: SESSIONS, local_sessions: 12, connections: 33_000 + server * 211, outstanding: Math.floor(rate * 40), znodes: world.nodes.size + 1_204_000, watches: 412_345 + server * 17, ephemerals: 98_211, data_bytes: 311_000_000,
    memory_bytes: 690_000_000 + server * 3_000_000, cpu_percent: 22 + 30 * rate, files_open: 33_400, files_max: 65_536,
    disk: { level: slow ? "low" : "ample", free_bytes: slow ? 9_100_000_000 : 71_000_000_000, total_bytes: 107_000_000_000 },
    sync: { count: 11_800, p50_us: slow ? 2100 : 640, p99_us: slow ? 41_000 : 2900, max_us: slow ? 188_000 : 9100 },
    latency: { count: 1_200_000, p50_us: 310, p99_us: slow ? 44_000 : 4800, max_us: 210_000 },
    links: [1, 2, 3].filter((to) => to !== server).map((to) => ({ server: to, up: true, rtt_us: 200 })),
    notes: slow ? ["Its disk has 9 GB left, for about 6 days.", "1 of 100 syncs of the log takes longer than 41 ms."] : [], etag: `s${world.etag}`,
  };
}

const ACTORS = [
  // id, name, label, parent, thread, busy, wait, per second
  [1, "server", "", null, "pool", 0.1, 4, 2],
  [2, "journal", "", 1, "own", 31, 120, 2100],
  [3, "store", "", 1, "own", 18, 90, 2100],
  [4, "state", "", 1, "pool", 47, 210, 9800],
  [5, "broadcast", "epoch 7", 1, "pool", 12, 40, 4300],
  [6, "election", "", 1, "pool", 0.2, 6, 8],
  [7, "links", "", 1, "pool", 1, 8, 60],
  [8, "link", "to server 2", 7, "io", 6, 30, 2000],
  [9, "link", "to server 3", 7, "io", 6, 34, 2000],
  [10, "clients", "", 1, "pool", 2, 12, 300],
  [11, "listener", "127.0.0.1:2181", 10, "io", 0.3, 5, 4],
  [12, "sessions", "", 1, "pool", 8, 22, 1100],
  [13, "watches", "", 1, "pool", 9, 44, 2600],
  [14, "snapshots", "", 3, "own", 0, 3, 0.1],
  [15, "purge", "", 3, "own", 0, 900_000, 0.1],
  [16, "admin", "", 1, "own", 1.2, 9, 14],
  [17, "inspector", "", 16, "pool", 0.8, 5, 20],
  [18, "metrics", "", 16, "pool", 0.4, 5, 20],
  [19, "log_reader", "", 16, "own", 0, 4, 0],
  [20, "audit", "", 16, "own", 0, 4, 0.01],
];

export function actor(world, server, [id, name, label, parent, thread, busy, wait, rate]) {
  const at_ms = world.now();
  const swing = 0.6 + 0.8 * wave(at_ms, 20_000 + id * 900, "a", id, server);
  const restarted = world.restarts.get(`${server}/${id}`);
  const stuck = id === 15 && server !== 2;
  return {
    id: restarted ? id + 1000 * restarted.times : id, name, label: clip(label), parent, state: stuck ? "stuck" : busy * swing > 25 ? "busy" : "idle", thread,
    depth: stuck ? 3 : Math.floor((busy / 10) * swing), high_water: Math.floor(8 + busy * 9), wait_us: Math.round(wait * swing), wait_max_us: Math.round(wait * 7),
    messages_per_s: Math.round(rate * swing * 10) / 10, io_per_s: thread === "io" ? Math.round(rate * swing) : null, busy_percent: Math.round(busy * swing * 10) / 10,
    handled: Math.floor(((at_ms - START) / 1000) * rate), restarts: restarted?.times ?? (id === 9 ? 2 : 0), age_ms: restarted ? at_ms - restarted.at_ms : id === 9 ? 2_220_000 : at_ms - START,
    last_exit_reason: restarted ? `asked for: ${restarted.reason}` : id === 9 ? "connection reset by peer" : "", traced: (world.traced.get(`${server}/${id}`) ?? 0) > at_ms, restartable: ![1, 2, 3, 4].includes(id),
  };
}

function allActors(world, server, connections) {
  const some = ACTORS.map((one) => actor(world, server, one));
  if (!connections) return some;
  const clients = Array.from({ length: 5000 }, (_, at) => actor(world, server, [10_000 + at, "connection", at < HOSTILE.length ? HOSTILE[at] : `10.0.${at % 9}.${at % 250}:${40_000 + at}`, 10, "io", (hash("c", at) % 40) / 10, 20, hash("r", at) % 30]));
  return [...some, ...clients];
}

const ACTOR_KEYS = { id: (one) => one.id, name: (one) => `${one.name} ${one.label}`, busy: (one) => one.busy_percent, wait: (one) => one.wait_us, depth: (one) => one.depth, messages: (one) => one.messages_per_s, restarts: (one) => one.restarts, age: (one) => one.age_ms };

/** A page of a list, as asked for. */
function paged(items, query, keys, first, texts) {
  const search = query.get("search");
  const found = search ? items.filter((one) => texts(one).some((text) => text.includes(search))) : items;
  const key = keys[query.get("sort") ?? first];
  const down = query.get("order") === "down";
  const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b) : (a ?? -1) - (b ?? -1));
  const ordered = [...found].sort((a, b) => (down ? compare(key(b), key(a)) : compare(key(a), key(b))));
  const offset = Number(query.get("offset") ?? 0);
  return { total: found.length, offset, items: ordered.slice(offset, offset + Number(query.get("limit") ?? 100)) };
}

export function actors(world, server, query) {
  const connections = query.get("connections") === "true";
  return { at_ms: world.now(), connections: 5000, ...paged(allActors(world, server, connections), query, ACTOR_KEYS, "id", (one) => [one.name, one.label]) };
}

const MESSAGE_KINDS = ["get_data", "set_data", "create", "ping", "committed", "tick", HOSTILE[0]];

/** The message of this number: they come every 37 ms. */
function tracedMessage(seq) {
  const anonymous = hash("from", seq) % 5 === 0;
  return { seq, at_ms: seq * 37, message: MESSAGE_KINDS[hash(seq) % 6], wait_us: anonymous ? null : 2 + (hash("w", seq) % 300), took_us: Math.round(5 + (hash("t", seq) % 900) * (hash("u", seq) % 7 === 0 ? 6 : 0.2)), from: anonymous ? null : hash("from", seq) % 2 === 0 ? "links" : "link to server 2" };
}

/** What the first server's traced actors handled in the last second. */
export function traceItems(world) {
  const at_ms = world.now();
  const traced = allActors(world, 1, true).filter(({ id }) => (world.traced.get(`1/${id % 1000}`) ?? 0) > at_ms);
  const last = Math.floor(at_ms / 37);
  return traced.flatMap(({ id, name, label }) => Array.from({ length: 27 }, (_, at) => ({ actor: id, name: label ? `${name} ${label}` : name, ...tracedMessage(last - 26 + at) })));
}

export function actorDetail(world, server, id) {
  const all = allActors(world, server, true);
  const one = all.find((candidate) => candidate.id === id);
  if (!one) return null;
  const at_ms = world.now();
  const until = world.traced.get(`${server}/${id % 1000}`) ?? world.traced.get(`${server}/${id}`) ?? 0;
  const traced = until > at_ms;
  return {
    ...one, at_ms,
    kinds: MESSAGE_KINDS.map((message, at) => ({ message, count: Math.floor(one.handled / (at + 2)), per_s: Math.round((one.messages_per_s / (at + 1.6)) * 10) / 10, p50_us: traced ? 3 + at * 7 : null, p99_us: traced ? 40 + at * 90 : null, max_us: traced ? 900 + at * 410 : null })),
    io: one.thread === "io" ? { bytes_in: 91_233_112, bytes_out: 422_199_871, frames_in: 812_331, frames_out: 901_221, queued_bytes: 4096 } : null,
    dump: { role: "following", leader: 2, proposed: world.lastZxid(), committed: world.lastZxid(), in_flight: 3, followers: [{ server: 1, acked: world.lastZxid() }, { server: 3, acked: zxid(7, 0x1f200) }], paused: false, note: HOSTILE[1] },
    traced_until_ms: traced ? until : null,
    messages: traced ? Array.from({ length: 40 }, (_, at) => tracedMessage(Math.floor(at_ms / 37) - at)) : [],
    children: all.filter((child) => child.parent === one.id).slice(0, 100).map(({ id: child, name, label }) => ({ id: child, name, label })),
    on_death: one.restartable ? "restart" : "escalate", etag: `a${one.id}.${one.restarts}`,
  };
}

function session(world, at) {
  const here = at % 3 === 0;
  const id = `0x1${hex(0x100000 + at)}`;
  return {
    session: id, local: at % 97 === 5, timeout_ms: [10_000, 30_000, 6_000][at % 3], here, server: (at % 3) + 1, address: here ? `10.${at % 7}.${(at >> 8) % 250}.${at % 250}:${30_000 + (at % 30_000)}` : null, protocol: at % 4 === 0 ? "native" : "zookeeper", tls: at % 5 === 0,
    connected_at_ms: here ? START + at * 60 : null, heard_ms_ago: here ? (world.now() + at * 131) % 3300 : null, ephemerals: at < 12 || (at >= 32 && at < 37) ? 1 : hash("e", at) % 4, watches: here ? hash("w", at) % 12 : null, received: here ? hash("i", at) % 900_000 : null, sent: here ? hash("o", at) % 910_000 : null,
    outstanding: here ? hash("x", at) % 3 : null, latency_avg_ms: here ? (hash("l", at) % 90) / 10 : null, latency_max_ms: here ? hash("m", at) % 400 : null, identities: at === 3 ? [`digest:${HOSTILE[0]}`] : at % 6 === 0 ? ["digest:billing", "ip:10.0.3.1"] : ["ip:10.0.3.1"], actor: here ? 10_000 + at : null,
  };
}

const SESSION_KEYS = { session: (one) => one.session, address: (one) => one.address ?? "", heard: (one) => one.heard_ms_ago, ephemerals: (one) => one.ephemerals, watches: (one) => one.watches, received: (one) => one.received, sent: (one) => one.sent };
let all_sessions = null;

export function sessions(world, server, query, scene) {
  all_sessions ??= Array.from({ length: SESSIONS }, (_, at) => session(world, at));
  const some = scene.has("empty") ? [] : all_sessions.filter((one) => !world.closed.has(one.session) && (query.get("here") !== "true" || one.here));
  return { at_ms: world.now(), ...paged(some, query, SESSION_KEYS, "session", (one) => [one.session, one.address ?? "", ...one.identities]) };
}

export function sessionDetail(world, server, id) {
  const at = parseInt(id.slice(3), 16) - 0x100000;
  if (!(at >= 0 && at < SESSIONS) || world.closed.has(id)) return null;
  const one = session(world, at);
  const held = [...world.nodes].filter(([, node]) => node.owner === id).map(([path]) => path);
  const paths = held.length > 0 ? held : Array.from({ length: one.ephemerals }, (_, number) => `/services/worker-${at}-${number}`);
  const kinds = ["data", "child", "persistent", "recursive"];
  return { ...one, ephemerals: paths.length, ephemeral_paths: paths, watched_paths: Array.from({ length: one.watches ?? 0 }, (_, number) => ({ path: number === 0 ? `/hostile/${HOSTILE[0].replaceAll("/", "∕")}` : `/config/part-${number}`, kind: kinds[number % 4] })), etag: `x${at}` };
}

export function watches(world, server, query, scene) {
  const by = query.get("by") ?? "path";
  const names = by === "path" ? ["/config", "/services", "/locks/billing", ...HOSTILE.map((name) => `/hostile/${name.replaceAll("/", "∕")}`), ...Array.from({ length: 900 }, (_, at) => `/services/group-${at}`)] : Array.from({ length: 4000 }, (_, at) => `0x1${hex(0x100000 + 3 * at)}`);
  const items = names.map((name, at) => {
    const data = hash("wd", name) % Math.max(2, Math.floor(30_000 / (at + 1)));
    const child = hash("wc", name) % Math.max(2, Math.floor(9000 / (at + 1)));
    return { name, watches: data + child + (at % 3), data, child, persistent: at % 3 === 1 ? 1 : 0, recursive: at % 3 === 2 ? 2 : 0, some: by === "path" ? ["0x1100000", "0x1100003", "0x1100006"] : ["/config", "/services"] };
  });
  return { at_ms: world.now(), by, watches: 412_345, paths: 91_222, sessions: 33_211, fired_per_s: 212.5, ...paged(scene.has("empty") ? [] : items, new Map([["sort", "watches"], ["order", "down"], ...query]), { name: (one) => one.name, watches: (one) => one.watches }, "watches", (one) => [one.name]) };
}

export function elections(world, server) {
  return { at_ms: world.now(), items: world.elections.get(server).slice(0, 200) };
}

const TXN_KINDS = ["set", "create", "delete", "set", "set", "multi", "open_session", "close_session", "set_acl"];

export function transactions(world, query) {
  const last = world.counter + Math.floor((world.now() - START) / 50);
  const limit = Number(query.get("limit") ?? 100);
  const upto = query.get("zxid");
  const path = query.get("path");
  const who = query.get("session");
  const items = [];
  const begin = upto ? Math.min(last, parseInt(upto.split(".")[1], 16)) : last;
  let looked_at = 0;
  for (let counter = begin; counter > 0 && items.length < limit && looked_at < 5000; counter--, looked_at++) {
    const kind = TXN_KINDS[hash("k", counter) % TXN_KINDS.length];
    const target = kind.endsWith("session") ? [] : counter % 41 === 0 ? [`/hostile/${HOSTILE[0].replaceAll("/", "∕")}`] : [["/config/payments", "/services/api-3", "/queues/mail/item-0000000003", "/locks/billing/lock-0000000017"][hash("p", counter) % 4]];
    const session_id = `0x1${hex(0x100000 + (hash("s", counter) % 200))}`;
    if (path && !target.includes(path)) continue;
    if (who && session_id !== who) continue;
    items.push({ zxid: zxid(upto ? parseInt(upto.split(".")[0], 16) : world.epoch, counter), at_ms: world.now() - (last - counter) * 50, session: session_id, kind, paths: kind === "multi" ? [...target, "/config", "/locks"] : target, bytes: 60 + (hash("b", counter) % 900), detail: kind === "set" ? `version ${counter % 90}, 61 bytes` : "" });
  }
  return { more: begin > limit, looked_at, first: "5.1", items };
}

export function slow(world, query) {
  const stages_of = { set: ["queue", "propose", "log", "quorum", "apply", "reply"], get_children: ["queue", "serve", "reply"] };
  const items = Array.from({ length: 60 }, (_, at) => {
    const kind = hash("sk", at) % 3 === 0 ? "get_children" : "set";
    const total = Math.round(320_000 / (1 + at * 0.35)) * (query.get("which") === "sampled" ? 0.02 : 1);
    const names = stages_of[kind];
    const parts = names.map((name) => (name === "log" && at % 4 !== 0 ? 30 : name === "quorum" ? 9 : name === "serve" ? 20 : 1) * (0.3 + (hash(name, at) % 100) / 100));
    const sum = parts.reduce((a, b) => a + b, 0);
    const stages = names.map((stage, part) => ({ stage, took_us: Math.round((parts[part] / sum) * total) }));
    return { seq: at + 1, at_ms: world.now() - at * 41_000, kind, path: at === 2 ? `/hostile/${HOSTILE[4]}` : "/config/payments", took_us: stages.reduce((a, b) => a + b.took_us, 0), session: `0x1${hex(0x100000 + at * 3)}`, zxid: kind === "set" ? zxid(7, 0x1f000 + at) : null, error: at === 5 ? "bad_version" : null, trace: at % 3 === 0 ? hash("t1", at).toString(16).padStart(8, "0").repeat(4) : null, stages };
  });
  return { at_ms: world.now(), threshold_ms: world.threshold_ms, slow: 1822, items: items.slice(0, Number(query.get("limit") ?? 100)) };
}

const SERIES = [
  ["requests.read", "read", "per_s", "Requests", 9000], ["requests.write", "written", "per_s", "Requests", 1900],
  ["latency.p50", "p50", "us", "Request latency", 310], ["latency.p99", "p99", "us", "Request latency", 4800],
  ["sync.p50", "p50", "us", "Log sync", 640], ["sync.p99", "p99", "us", "Log sync", 2900],
  ["commits", "committed", "per_s", "Commits", 1900], ["connections", "connections", "count", "Connections", 33_000],
  ["sessions", "sessions", "count", "Sessions", 100_000], ["watches.fired", "fired", "per_s", "Watches fired", 212],
  ["bytes.in", "in", "bytes", "Traffic per s", 1_200_000], ["bytes.out", "out", "bytes", "Traffic per s", 4_100_000],
  ["outstanding", "outstanding", "count", "Outstanding", 25], ["cpu", "of one core", "percent", "CPU", 44],
  ["memory", "resident", "bytes", "Memory", 690_000_000], ["znodes", "znodes", "count", "Znodes", 1_206_400], ["lag", "behind", "count", "Lag in txns", 3],
];

export function metrics(world, server, query) {
  const end = Math.floor(world.now() / 5000) * 5000;
  const since = Number(query.get("since_ms") ?? 0);
  const times_ms = Array.from({ length: 720 }, (_, at) => end - (719 - at) * 5000).filter((at) => at > since);
  const value = (name, size, at) => {
    const noise = 0.85 + (hash(name, at, server) % 300) / 1000;
    const steady = ["connections", "sessions", "memory", "znodes"].includes(name);
    return Math.round(size * (steady ? 0.97 + 0.03 * wave(at, 3_000_000, name) : (0.55 + 0.6 * wave(at, 900_000, name.split(".")[0])) * noise) * 100) / 100;
  };
  return { at_ms: world.now(), step_ms: 5000, times_ms, series: SERIES.map(([name, title, unit, chart, size]) => ({ name, title, unit, chart, values: times_ms.map((at) => (name === "lag" && (at / 5000) % 97 === 0 ? null : value(name, size, at))) })) };
}

export function config(world, server) {
  const item = (group, name, value, origin, text) => ({ group, name, value, origin, is_default: origin === "default", text });
  return {
    items: [
      item("server", "server_id", String(server), "flag", "Who this is."),
      item("server", "data_dir", `/var/lib/quorate/${server}`, "file /etc/quorate/quorate.cfg:3", "Where log and image are."),
      item("clients", "client_address", "127.0.0.1", "default", "Where clients connect."), item("clients", "client_port", String(2171 + 10 * server), "flag", ""),
      item("clients", "session-timeout-max", "40s", "default", ""), item("clients", "frame-bytes-max", server === 3 ? "1048576" : "4194304", server === 3 ? "environment" : "default", "The largest request."),
      item("ensemble", "tick", "2s", "default", ""), item("ensemble", "sync-limit", "5", "default", ""), item("ensemble", "election-timeout", "200ms", "environment", ""),
      item("console", "console_port", String(2173 + 10 * server), "default", ""), item("console", "console-tokens", null, "file /etc/quorate/quorate.cfg:9", "Who may do what."), item("console", "console-read-only", "false", "default", ""),
      item("store", "checkpoint-every", "100000", "default", ""), item("store", "purge-keep", "3", "default", ""), item("log", "log-format", "json", "environment", HOSTILE[0]),
    ],
    members: [1, 2, 3].map((one) => `server.${one}=127.0.0.1:${2172 + 10 * one}:${2174 + 10 * one};127.0.0.1:${2171 + 10 * one}`),
  };
}

export function backups(world) {
  return { at_ms: world.now(), image: { zxid: world.lastZxid(), bytes: 512_000_000, saved_at_ms: world.now() - 38_000 }, checkpoints: world.checkpoints, log: { first: "5.1", last: world.lastZxid(), bytes: 231_000_000 } };
}

export function logLines(world, query) {
  const order = ["trace", "debug", "info", "warn", "error"];
  const least = order.indexOf(query.get("level") ?? "trace");
  const search = query.get("search") ?? "";
  const component = query.get("component");
  const before = Number(query.get("before") ?? Infinity);
  const found = world.lines.filter((line) => order.indexOf(line.level) >= least && line.seq < before && (!component || line.component === component) && JSON.stringify(line).includes(search));
  const limit = Number(query.get("limit") ?? 100);
  return { more: found.length > limit, items: found.slice(0, limit) };
}

export function audit(world, query) {
  const search = query.get("search") ?? "";
  return { items: world.audits.filter((entry) => JSON.stringify(entry).includes(search)).slice(0, Number(query.get("limit") ?? 100)) };
}
