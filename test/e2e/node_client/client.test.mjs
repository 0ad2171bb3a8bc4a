// Talks to a running server as a stranger would, who has only schema/client.capnp:
//   node client.test.mjs HOST:PORT
// Prints `ok` lines and exits with 0, or says what went wrong and exits with 1.
import assert from "node:assert/strict";
import { Client, ServerError } from "./client.mjs";
import { CreateMode, EventType, Reply } from "./generated/client.js";

const READ_WRITE_CREATE_DELETE_ADMIN = 31;
const NO_NODE = -101;
const NODE_EXISTS = -110;
const BAD_VERSION = -103;

const [host, port] = (process.argv[2] ?? "").split(/:(?=\d+$)/);
if (!port) {
  console.error("usage: node client.test.mjs HOST:PORT");
  process.exit(2);
}
setTimeout(() => {
  console.error("not ok: no end within 20 s");
  process.exit(1);
}, 20_000).unref();

/** What came as an event, and a way to wait for the next. */
class Events {
  #seen = [];
  #waiting = [];

  add(event) {
    const plain = { type: event.type, path: event.path, zxid: event.zxid };
    const waiting = this.#waiting.shift();
    if (waiting) waiting(plain);
    else this.#seen.push(plain);
  }

  next() {
    const seen = this.#seen.shift();
    return seen ? Promise.resolve(seen) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  get unread() {
    return this.#seen.length;
  }
}

function create(client, path, text, mode = CreateMode.PERSISTENT) {
  return client.request((request) => {
    const operation = request._initCreate();
    operation.path = path;
    const data = new TextEncoder().encode(text);
    operation._initData(data.length).copyBuffer(data);
    const entry = operation._initAcl(1).get(0);
    entry.perms = READ_WRITE_CREATE_DELETE_ADMIN;
    entry.scheme = "world";
    entry.id = "anyone";
    operation.mode = mode;
  });
}

function get(client, path, watch = false) {
  return client.request((request) => {
    const operation = request._initGetData();
    operation.path = path;
    operation.watch = watch;
  });
}

function set(client, path, text, version = -1) {
  return client.request((request) => {
    const operation = request._initSetData();
    operation.path = path;
    const data = new TextEncoder().encode(text);
    operation._initData(data.length).copyBuffer(data);
    operation.version = version;
  });
}

const textOf = (data) => new TextDecoder().decode(data.toUint8Array());
const refused = (number) => (error) => error instanceof ServerError && error.number === number;

const events = new Events();
const watcher = await Client.connect(host, Number(port), { onEvent: (event) => events.add(event) });
assert.notEqual(watcher.welcome.session, 0n);
assert.equal(watcher.welcome.password.toUint8Array().length, 16);
assert.equal(watcher.welcome.version, 1);
assert.ok(watcher.welcome.frameBytesMax >= 4096);
console.log("ok: a session is open");

const root = `/node-client-${process.pid}-${Date.now()}`;
const created = await create(watcher, root, "one");
assert.equal(created.which(), Reply.CREATE);
assert.equal(created.create.path, root);
assert.equal(created.create.stat.czxid, created.zxid);
await assert.rejects(create(watcher, root, "again"), refused(NODE_EXISTS));
console.log("ok: a node is created once");

const read = await get(watcher, root, true);
assert.equal(textOf(read.data.data), "one");
assert.equal(read.data.stat.version, 0);
assert.equal(read.data.stat.dataLength, 3);
await assert.rejects(get(watcher, `${root}/missing`), refused(NO_NODE));
console.log("ok: a node is read, a missing one is not");

const writer = await Client.connect(host, Number(port));
assert.notEqual(writer.welcome.session, watcher.welcome.session);
await assert.rejects(set(writer, root, "no", 7), refused(BAD_VERSION));
const written = await set(writer, root, "two", 0);
const event = await events.next();
assert.deepEqual(event, { type: EventType.DATA_CHANGED, path: root, zxid: written.zxid });
assert.equal(textOf((await get(watcher, root)).data.data), "two");
await set(writer, root, "three");
assert.equal(textOf((await get(watcher, root)).data.data), "three");
assert.equal(events.unread, 0);
console.log("ok: the watch tells of one change, before its data can be read");

const children = await Promise.all(
  [1, 2, 3].map((number) => create(writer, `${root}/child-`, String(number), CreateMode.EPHEMERAL_SEQUENTIAL)),
);
const names = children.map((reply) => reply.create.path);
assert.deepEqual(names, [0, 1, 2].map((number) => `${root}/child-${String(number).padStart(10, "0")}`));
const listed = await watcher.request((request) => {
  const operation = request._initGetChildren();
  operation.path = root;
  operation.watch = true;
});
assert.deepEqual(listed.children.children.map((child) => `${root}/${child.name}`).sort(), names);
console.log("ok: pipelined requests are answered in order");

await writer.close();
assert.equal((await events.next()).type, EventType.CHILDREN_CHANGED);
await assert.rejects(get(watcher, names[0]), refused(NO_NODE));
console.log("ok: a session takes its ephemeral nodes along");

await watcher.request((request) => {
  request._initDeleteTree().path = root;
});
await assert.rejects(get(watcher, root), refused(NO_NODE));
await watcher.close();
console.log("ok: everything is deleted, the session is closed");
