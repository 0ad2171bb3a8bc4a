// The golden messages of the server, read with capnp-es, are what their JSON says; and what
// capnp-es writes is what Cap'n Proto's own tool reads.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { clientFrame, readServerMessage } from "./client.mjs";
import { EventType } from "./generated/client.js";

const schema = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../schema");
const golden = path.join(schema, "golden/server_message");

const upperSnake = (name) => name.replace(/[A-Z]/g, "_$&").toUpperCase();

/** Compares a value read by capnp-es with the JSON of the same value. */
function check(read, json, where) {
  if (json === null) return; // Void: the union's member was compared by its parent.
  if (typeof json === "object" && !Array.isArray(json)) {
    for (const [name, value] of Object.entries(json)) {
      if (`_is${name[0].toUpperCase()}${name.slice(1)}` in read) {
        assert.ok(read[`_is${name[0].toUpperCase()}${name.slice(1)}`], `${where}.${name} is set`);
      }
      if (value !== null) check(read[name], value, `${where}.${name}`);
    }
  } else if (Array.isArray(json)) {
    if (typeof json[0] === "number") return assert.deepEqual([...read.toUint8Array()], json, where);
    assert.equal(read.length, json.length, where);
    json.forEach((value, index) => check(read.get(index), value, `${where}[${index}]`));
  } else if (typeof read === "bigint") {
    assert.equal(String(read), json, where);
  } else if (where.endsWith("event.type")) {
    assert.equal(read, EventType[upperSnake(json)], where);
  } else {
    assert.equal(read, json, where);
  }
}

const files = readdirSync(golden).filter((name) => name.endsWith(".hex"));
assert.ok(files.length > 20);
for (const file of files) {
  const frame = Buffer.from(readFileSync(path.join(golden, file), "utf8").replace(/\s/g, ""), "hex");
  const json = JSON.parse(readFileSync(path.join(golden, file.replace(".hex", ".json")), "utf8"));
  check(readServerMessage(frame), json, file);
}
console.log(`ok: ${files.length} golden messages are read`);

const frame = clientFrame((root) => {
  const request = root._initRequest();
  request.xid = 42n;
  const operation = request._initGetData();
  operation.path = "/app";
  operation.watch = true;
});
const read = execFileSync("capnp", ["convert", "binary:json", path.join(schema, "client.capnp"), "ClientMessage"], {
  input: frame,
});
assert.deepEqual(
  JSON.parse(read),
  JSON.parse(readFileSync(path.join(schema, "golden/client_message/get_data_watch.json"), "utf8")),
);
console.log("ok: a message is written as others read it");
