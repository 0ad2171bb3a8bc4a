// Steps of a scenario with node-zookeeper-client, and how their results are written down.
import net from 'node:net';
import zookeeper from 'node-zookeeper-client';

export const SESSION_MS = 300_000;
const PATIENCE_MS = 60_000;
const [endpoint, orders, direct] = process.argv.slice(2);
export const place = { endpoint, orders: Number(orders), direct };

export const scenario = (name) => console.log(`= ${name}`);
export const say = (words, result) => console.log(`${words} -> ${text(result)}`);

const long = (buffer) => buffer.readBigInt64BE();

export function text(value) {
  if (value === undefined || value === null) return 'null';
  if (value instanceof zookeeper.Exception) return value.getName();
  if (value instanceof zookeeper.Event) return `${value.getName()} ${value.getPath()}`;
  if (Buffer.isBuffer(value)) return `'${value.toString()}'`;
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  if (value instanceof Error) return `${value.name} ${value.message}`;
  if (typeof value === 'object' && 'czxid' in value) {
    return `{cz=zxid:${long(value.czxid)} mz=zxid:${long(value.mzxid)} pz=zxid:${long(value.pzxid)} ct=time:${long(value.ctime)} ` +
      `mt=time:${long(value.mtime)} v=${value.version} cv=${value.cversion} av=${value.aversion} ` +
      `owner=sid:${long(value.ephemeralOwner)} len=${value.dataLength} kids=${value.numChildren}}`;
  }
  if (typeof value === 'object' && 'permission' in value) return `${value.permission} ${value.id.scheme}:${value.id.id}`;
  return String(value);
}

/** The result of a call with a callback; what it answered, or the error. */
export function call(client, method, ...args) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer to ${method}`)), PATIENCE_MS);
    client[method](...args, (error, ...results) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve(results.length > 1 ? results : results[0]);
    });
  });
}

export async function step(words, action) {
  try {
    say(words, await action());
  } catch (error) {
    say(words, error);
  }
}

export function connect({ where = endpoint, sessionTimeout = SESSION_MS } = {}) {
  return new Promise((resolve, reject) => {
    const client = zookeeper.createClient(where, { sessionTimeout, spinDelay: 20, retries: 20 });
    const timer = setTimeout(() => reject(new Error('no connection')), PATIENCE_MS);
    client.once('connected', () => {
      clearTimeout(timer);
      resolve(client);
    });
    client.connect();
  });
}

/** Ends the session, and waits until it has ended. */
export function close(client) {
  return new Promise((resolve) => {
    client.once('disconnected', resolve);
    client.close();
  });
}

/** Events, in the order in which they came. */
export class Events {
  constructor() {
    this.come = [];
    this.watch = (event) => this.come.push(event);
  }

  async next(words) {
    await waitFor(() => this.come.length > 0, words);
    say(`event ${words}`, this.come.shift());
  }

  none(words) {
    say(`event ${words}`, this.come.length === 0 ? 'none' : 'unexpected');
  }
}

export async function waitFor(condition, what) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Gives the tunnel an order, and waits until it is carried out. */
export function order(word) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(place.orders, '127.0.0.1', () => socket.write(`${word}\n`));
    socket.on('error', reject);
    socket.on('data', resolve);
  });
}
