// Three real servers in a directory of their own, which tests may kill and start again.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PATIENCE_MS, ROOT } from "./support.mjs";

const BIN = process.env.QUORATE_TEST_BIN ?? join(ROOT, "build/release/bin");
/** As deploy/up lays them out: clients, peers, console. */
const PORTS_OF_ONE = 10;

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** Below the ports that the system gives to outgoing connections. */
async function freeBase() {
  for (;;) {
    const base = 15_000 + Math.floor(Math.random() * 16_000);
    const wanted = [0, 1, 2].flatMap((server) => [0, 1, 2, 3].map((offset) => base + PORTS_OF_ONE * server + offset));
    if ((await Promise.all(wanted.map(isFree))).every(Boolean)) return base;
  }
}

export async function until(what, condition, patience_ms = PATIENCE_MS) {
  const deadline = Date.now() + patience_ms;
  for (;;) {
    const found = await condition().catch(() => null);
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not after ${patience_ms / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

export class Ensemble {
  constructor(base, directory) {
    Object.assign(this, { base, directory, options: [], processes: new Map(), clients_running: [], tokens: null });
  }

  /** `roles`: who must log in, by a token for each of these in `tokens`. */
  static async start(roles = []) {
    const directory = mkdtempSync(join(tmpdir(), "quorate-console-"));
    const ensemble = new Ensemble(await freeBase(), directory);
    if (roles.length > 0) ensemble.askForTokens(roles);
    const lines = [1, 2, 3].map((id) => `server.${id}=127.0.0.1:${ensemble.port(id) + 1}:${ensemble.port(id) + 3};127.0.0.1:${ensemble.port(id)}`);
    writeFileSync(join(directory, "ensemble.cfg"), `${lines.join("\n")}\n`);
    for (const id of [1, 2, 3]) ensemble.run(id);
    await until("a leader", async () => (await ensemble.seenBy(1)).leader);
    return ensemble;
  }

  askForTokens(roles) {
    const made = roles.map((role) => [role, JSON.parse(spawnSync(join(BIN, "quorate"), ["-o", "json", "console", "token", "--name", `${role}-1`, "--role", role], { encoding: "utf8" }).stdout)]);
    const file = join(this.directory, "tokens");
    writeFileSync(file, made.map(([, { line }]) => `${line}\n`).join(""), { mode: 0o600 });
    this.options = ["--console-tokens-file", file];
    this.tokens = Object.fromEntries(made.map(([role, { token }]) => [role, token]));
  }

  port(id) {
    return this.base + PORTS_OF_ONE * (id - 1);
  }

  url(id) {
    return `http://127.0.0.1:${this.port(id) + 2}`;
  }

  run(id) {
    const data = join(this.directory, `server-${id}`);
    mkdirSync(data, { recursive: true });
    const log = openSync(join(this.directory, `server-${id}.log`), "a");
    const words = ["--config", join(this.directory, "ensemble.cfg"), "--server-id", String(id), "--data-dir", data, "--client-address", "127.0.0.1", "--client-port", String(this.port(id)), "--console-port", String(this.port(id) + 2), ...this.options];
    this.processes.set(id, spawn(join(BIN, "quorated"), words, { stdio: ["ignore", log, log] }));
    closeSync(log);
  }

  kill(id) {
    const process = this.processes.get(id);
    this.processes.delete(id);
    return new Promise((resolve) => {
      process.once("exit", resolve);
      process.kill("SIGKILL");
    });
  }

  async get(id, path) {
    const headers = this.tokens ? { Authorization: `Bearer ${this.tokens.admin}` } : {};
    const response = await fetch(`${this.url(id)}/api/v1${path}`, { headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  seenBy(id) {
    return this.get(id, "/ensemble");
  }

  async leader() {
    return until("a leader", async () => {
      for (const id of this.processes.keys()) {
        const seen = await this.seenBy(id).catch(() => null);
        if (seen?.leader && this.processes.has(seen.leader)) return seen.leader;
      }
      return null;
    });
  }

  others(one) {
    return [...this.processes.keys()].filter((id) => id !== one);
  }

  /** Three dozen clients that hold locks, watch and write (../clients.py), until all is discarded. */
  async clients() {
    await this.runClients(...[1, 2, 3].map((id) => String(this.port(id))));
  }

  /** One that holds an ephemeral node and watches it. */
  async holder(id, path, data) {
    await this.runClients(String(this.port(id)), "--hold", path, data);
  }

  async runClients(...words) {
    const clients = spawn("python3", [join(ROOT, "test/console/clients.py"), ...words], { stdio: ["ignore", "pipe", "inherit"] });
    this.clients_running.push(clients);
    await new Promise((resolve, reject) => {
      clients.stdout.once("data", resolve);
      clients.once("exit", (code) => reject(new Error(`the clients ended with ${code}`)));
    });
  }

  /** They do nothing for a while. */
  async pause(ids, milliseconds) {
    for (const id of ids) this.processes.get(id).kill("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    for (const id of ids) this.processes.get(id).kill("SIGCONT");
  }

  /** The command line, against one server. */
  quorate(id, ...words) {
    const done = spawnSync(join(BIN, "quorate"), ["--endpoints", `127.0.0.1:${this.port(id)}`, "--timeout", "20s", ...words], { encoding: "utf8", timeout: PATIENCE_MS });
    if (done.status !== 0) throw new Error(`quorate ${words.join(" ")}: ${done.stdout}${done.stderr}`);
    return done.stdout;
  }

  /** The same, by way of one server's console. */
  admin(id, ...words) {
    return this.quorate(id, "--console", this.url(id), ...words);
  }

  log(id) {
    return readFileSync(join(this.directory, `server-${id}.log`), "utf8").split("\n").slice(-20).join("\n");
  }

  async discard() {
    for (const clients of this.clients_running) clients.removeAllListeners("exit").kill();
    await Promise.all([...this.processes.keys()].map((id) => this.kill(id)));
    rmSync(this.directory, { recursive: true, force: true });
  }
}
