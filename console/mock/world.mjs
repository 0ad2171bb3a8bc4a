// An ensemble of three servers that is only imagined, for development and tests of the page.
import { hash, HOSTILE, seeded, wave } from "./random.mjs";
import { gzipSync } from "node:zlib";

export const SESSIONS = 100_000;
export const START = Date.now() - 26 * 3600_000;
const hex = (value) => value.toString(16);
export const zxid = (epoch, counter) => `${hex(epoch)}.${hex(counter)}`;

/** What acts change. */
export class World {
  constructor() {
    this.leader = 2;
    this.epoch = 7;
    this.down = new Set();
    this.draining = new Set();
    this.closed = new Set();
    this.traced = new Map();
    this.restarts = new Map();
    this.levels = new Map(["admin", "broadcast", "clients", "election", "journal", "store"].map((name) => [name, "info"]));
    this.threshold_ms = 50;
    this.audits = [];
    this.lines = [];
    this.line_seq = 5000;
    this.nodes = new Map();
    this.counter = 0x1f3a0;
    this.checkpoints = [];
    this.elections = new Map([1, 2, 3].map((server) => [server, electionHistory(server)]));
    this.etag = 1;
    plant(this);
    for (let at = 0; at < 120; at++) this.log(START + at * 777_000);
    for (let at = 3; at > 0; at--) {
      const taken = Date.now() - at * 7 * 3600_000;
      this.checkpoints.unshift({ name: `checkpoint-${zxid(6, 0x9000 * (4 - at))}`, zxid: zxid(6, 0x9000 * (4 - at)), at_ms: taken, bytes: 48_000_000 + at * 1_200_000, digest: hash("d", at).toString(16).padStart(8, "0") + hash("e", at).toString(16).padStart(8, "0"), verified: at === 1 ? "no" : "yes", verified_ms: at === 1 ? taken : null });
    }
    this.audit("admin", "drain", "3", "kernel update", "ok", "Server 3 took its clients again.");
    this.audit("ops-anna", "closeSession", "0x10000003a", "holds a lock after a crash", "ok", "Session closed.");
    this.audit("viewer", "restartActor", "journal", HOSTILE[0], "forbidden", "Needs the role admin.");
    this.audit("ops-anna", "stop", "server 1", "kernel update", "unknown", "The server ended before it could note what came of it.");
  }

  now() {
    return Date.now();
  }

  lastZxid() {
    return zxid(this.epoch, this.counter + Math.floor((this.now() - START) / 50));
  }

  audit(who, act, target, reason, outcome, text) {
    this.audits.unshift({ seq: this.audits.length + 1, at_ms: this.now() - (this.audits.length < 4 ? (4 - this.audits.length) * 3_000_000 : 0), who, role: who === "viewer" ? "viewer" : "admin", from: "127.0.0.1:52114", via: null, act, target, reason, outcome, text });
    return this.audits[0];
  }

  log(at_ms = this.now()) {
    const seq = ++this.line_seq;
    const kinds = [
      ["info", "clients", "session_opened", { session: "0x1000" + hex(0x10000 + (seq % 4000)), address: "10.0.3." + (seq % 250) }],
      ["info", "store", "checkpoint_saved", { zxid: zxid(7, seq * 300), took_ms: 143 }],
      ["debug", "broadcast", "follower_synced", { server: 3, zxid: zxid(7, seq * 301) }],
      ["warn", "journal", "slow_sync", { took_us: 180_000 + (seq % 90_000) }],
      ["info", "clients", "session_expired", { session: "0x1000" + hex(0x20000 + (seq % 4000)), ephemerals: 2 }],
      ["error", "clients", "frame_refused", { address: "192.0.2.9:4711", why: HOSTILE[seq % 3] }],
      ["trace", "election", "ping", { server: 1 }],
    ];
    const [level, component, event, fields] = kinds[hash("line", seq) % kinds.length];
    const line = { seq, at_ms, level, component, event, fields };
    this.lines.unshift(line);
    this.lines.length = Math.min(this.lines.length, 2000);
    return line;
  }

  /** The leader is lost, and another one elected. */
  loseLeader() {
    const lost = this.leader;
    const next = (lost % 3) + 1;
    const at = this.now();
    this.down.add(lost);
    this.epoch++;
    this.leader = next;
    const add = (server, event) => {
      const all = this.elections.get(server);
      all.unshift({ seq: (all[0]?.seq ?? 0) + 1, server, leader: null, epoch: null, zxid: this.lastZxid(), reason: null, lasted_ms: 1000, ...event });
    };
    for (const server of [1, 2, 3].filter((one) => one !== lost)) {
      add(server, { at_ms: at, event: "left", reason: "leader_silent", leader: lost, text: `Server ${lost}, the leader, was silent for 2.0 s; looking for another.` });
      add(server, { at_ms: at + 1, event: "looking", text: "Looks for a leader." });
      add(server, { at_ms: at + 150, event: server === next ? "leading" : "following", leader: next, epoch: this.epoch, text: server === next ? `Leads epoch ${this.epoch} with the votes of 2 servers.` : `Follows server ${next} in epoch ${this.epoch}.` });
    }
  }
}

function electionHistory(server) {
  const now = Date.now();
  const events = [];
  const add = (ago_ms, event, more) => events.unshift({ seq: events.length + 1, at_ms: now - ago_ms, event, server, leader: null, epoch: null, zxid: null, reason: null, lasted_ms: null, text: "", ...more });
  const terms = [[26 * 3600_000, 1, 5], [9 * 3600_000, 3, 6], [37 * 60_000, 2, 7]];
  terms.forEach(([ago, leader, epoch], at) => {
    const before = terms[at - 1]?.[1];
    if (at === 0) add(ago + 4000, "started", { text: "Started, with the log up to 4.ffe1.", zxid: "4.ffe1" });
    else if (before === server) {
      const reason = at === 1 ? "quorum_lost" : "fsync_stall";
      const text = at === 1 ? "Ceased to lead: of 3 voters only itself had answered pings within 2.0 s." : "Ceased to lead: its disk took 3.4 s to sync the log, so that its followers left.";
      add(ago + 2300 + server, "left", { leader: before, epoch: epoch - 1, reason, text, zxid: zxid(epoch - 1, 0x1f3aa), lasted_ms: terms[at - 1][0] - ago });
    } else {
      add(ago + 2100 - server * 20, "left", { leader: before, epoch: epoch - 1, reason: "leader_silent", text: `Server ${before}, the leader, was silent for 2.0 s; looking for another.`, zxid: zxid(epoch - 1, 0x1f3a9), lasted_ms: terms[at - 1][0] - ago });
    }
    add(ago + 2000, "looking", { text: "Looks for a leader.", zxid: zxid(epoch - 1, 0x1f3a9), lasted_ms: 12 });
    add(ago + 220, "elected", { leader, text: `Server ${leader} is elected: it has come furthest of those that answered.`, votes: [1, 2, 3].map((one) => ({ server: one, for: leader, epoch: epoch - 1, zxid: zxid(epoch - 1, 0x1f3aa) })), lasted_ms: 1780 });
    add(ago, leader === server ? "leading" : "following", { leader, epoch, text: leader === server ? `Leads epoch ${epoch}; serves after 220 ms.` : `Follows server ${leader} in epoch ${epoch}.`, zxid: zxid(epoch, 0), lasted_ms: 220 });
  });
  return events;
}

/** A tree with all that is awkward in it. */
function plant(world) {
  const random = seeded(7);
  const put = (path, data, more = {}) => {
    const counter = Math.floor(random() * 0x1f000);
    const at_ms = START + Math.floor(random() * 20 * 3600_000);
    world.nodes.set(path, { data, acl: [{ perms: "cdrwa", scheme: "world", id: "anyone" }], owner: null, czxid: zxid(6, counter), mzxid: zxid(7, counter), pzxid: zxid(7, counter), at_ms, version: counter % 9, ...more });
  };
  put("/", "");
  for (const path of ["/zookeeper", "/zookeeper/quota", "/config", "/services", "/locks", "/queues", "/queues/mail", "/hostile"]) put(path, "");
  put("/zookeeper/config", "server.1=127.0.0.1:2889:3889:participant;127.0.0.1:2181\nserver.2=127.0.0.1:2899:3899:participant;127.0.0.1:2191\nserver.3=127.0.0.1:2909:3909:participant;127.0.0.1:2201\nversion=700000000");
  put("/config/payments", JSON.stringify({ retries: 3, backoff_ms: [50, 200, 1000], endpoints: ["https://pay-1.internal", "https://pay-2.internal"], flags: { dark_launch: false, currency: "EUR" } }), { version: 12 });
  put("/config/search", "shards = 12\nreplicas = 2\ntimeout = 250ms\n");
  put("/config/blob", { base64: gzipSync(Buffer.from(JSON.stringify({ packed: true, rows: Array.from({ length: 60 }, (_, at) => ({ at, name: `row ${at}` })) }))).toString("base64") });
  put("/config/binary", { base64: Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 37) & 255)).toString("base64") });
  put("/config/nothing", null);
  put("/config/secret", "hunter2", { acl: [{ perms: "rw", scheme: "digest", id: "alice" }], secret: true });
  for (let at = 0; at < 12; at++) put(`/services/api-${at}`, JSON.stringify({ host: `10.0.3.${at + 10}`, port: 8443 }), { owner: `0x1${hex(0x100000 + at)}` });
  put("/locks/billing", "");
  for (let at = 0; at < 5; at++) put(`/locks/billing/lock-${String(at + 17).padStart(10, "0")}`, `worker-${at}`, { owner: `0x1${hex(0x100020 + at)}` });
  for (let at = 0; at < 2400; at++) put(`/queues/mail/item-${String(at).padStart(10, "0")}`, `{"to":"user${at}@example.org"}`);
  HOSTILE.forEach((name) => put(`/hostile/${name.replaceAll("/", "∕")}`, `${name}\n<script>document.title = "owned"</script>\n`));
}
