// A small client of Quorate: plain sockets, capnp-es and schema/client.capnp, nothing else.
import net from "node:net";
import { Message } from "capnp-es";
import { ClientMessage, Reply, ServerMessage } from "./generated/client.js";

/** Bytes of the segment table and of the whole frame that starts at `bytes`; undefined while too little is there. */
export function frameSize(bytes) {
  if (bytes.length < 4) return undefined;
  const segments = bytes.readUInt32LE(0) + 1;
  const header = Math.ceil((4 * (segments + 1)) / 8) * 8;
  if (segments > 1) throw new Error("a server sends one segment");
  if (bytes.length < header) return undefined;
  return header + 8 * bytes.readUInt32LE(4);
}

/** The message of one whole frame; throws on `unset`, which a damaged message reads as. */
export function readServerMessage(frame) {
  const message = new Message(frame.buffer.slice(frame.byteOffset, frame.byteOffset + frame.length), false);
  const root = message.getRoot(ServerMessage);
  if (root.which() === ServerMessage.UNSET) throw new Error("an empty message");
  return root;
}

/** The frame of a ClientMessage that `fill` fills. */
export function clientFrame(fill) {
  const message = new Message();
  fill(message.initRoot(ClientMessage));
  return Buffer.from(message.toArrayBuffer());
}

/** An error that the server answered, with its number. */
export class ServerError extends Error {
  constructor(number, text) {
    super(`error ${number}${text ? `: ${text}` : ""}`);
    this.number = number;
  }
}

/** One session on one connection. */
export class Client {
  #socket;
  #received = Buffer.alloc(0);
  #waiting = []; // Requests without a reply, oldest first.
  #welcomed;
  #nextXid = 1n;
  #onEvent;
  #failure;

  /** Connects and opens a session; `onEvent` gets every WatchEvent. */
  static async connect(host, port, { timeoutMs = 30_000n, onEvent = () => {} } = {}) {
    const client = new Client();
    client.#onEvent = onEvent;
    client.#socket = net.connect({ host, port, noDelay: true });
    client.welcome = await new Promise((resolve, reject) => {
      client.#welcomed = { resolve, reject };
      client.#socket.on("error", (error) => client.#fail(error));
      client.#socket.on("close", () => client.#fail(new Error("the connection was closed")));
      client.#socket.on("data", (chunk) => client.#onData(chunk));
      client.#socket.on("connect", () => {
        client.#socket.write(
          clientFrame((root) => {
            root._initHello().timeoutMs = timeoutMs;
          }),
        );
      });
    });
    return client;
  }

  /** Sends the request that `fill` fills; resolves with the Reply, rejects with a ServerError. */
  request(fill) {
    if (this.#failure) return Promise.reject(this.#failure);
    const xid = this.#nextXid++;
    const frame = clientFrame((root) => {
      const request = root._initRequest();
      request.xid = xid;
      fill(request);
    });
    return new Promise((resolve, reject) => {
      this.#waiting.push({ xid, resolve, reject });
      this.#socket.write(frame);
    });
  }

  /** Ends the session and waits until the server has closed the connection. */
  async close() {
    const closed = new Promise((resolve) => this.#socket.once("close", resolve));
    await this.request((request) => {
      request.closeSession = true;
    });
    await closed;
  }

  #onData(chunk) {
    try {
      this.#received = Buffer.concat([this.#received, chunk]);
      for (;;) {
        const size = frameSize(this.#received);
        if (size === undefined || this.#received.length < size) return;
        const frame = this.#received.subarray(0, size);
        this.#received = this.#received.subarray(size);
        this.#onMessage(readServerMessage(frame));
      }
    } catch (error) {
      this.#fail(error);
      this.#socket.destroy();
    }
  }

  #onMessage(message) {
    switch (message.which()) {
      case ServerMessage.REPLY:
        return this.#onReply(message.reply);
      case ServerMessage.EVENT:
        return this.#onEvent(message.event);
      case ServerMessage.WELCOME:
        return this.#welcomed.resolve(message.welcome);
      case ServerMessage.GOODBYE:
        return this.#fail(new ServerError(message.goodbye.error, message.goodbye.text));
      default:
        return undefined; // From a later version: skip it.
    }
  }

  #onReply(reply) {
    const oldest = this.#waiting.shift();
    if (oldest === undefined || oldest.xid !== reply.xid) throw new Error(`a reply to nothing: xid ${reply.xid}`);
    if (reply.error !== 0) return oldest.reject(new ServerError(reply.error));
    if (reply.which() === Reply.UNSET) throw new Error("an empty reply");
    return oldest.resolve(reply);
  }

  #fail(error) {
    this.#failure ??= error;
    this.#welcomed.reject(this.#failure);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
