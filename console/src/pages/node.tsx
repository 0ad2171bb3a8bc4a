import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { identity, link, ofServer, useFetch } from "../api/store";
import type { Node, Stat } from "../api/types";
import { bytes, clock, count } from "../logic/format";
import { bytesOf, hexRows, inflate, isGzip, jsonOf, textOf, toBase64 } from "../logic/data";
import { ancestry } from "../logic/paths";
import { queryOf } from "../logic/route";
import { Act, Choice } from "../ui/inputs";
import { Facts, Nothing, Panel } from "../ui/panel";
import { Table } from "../ui/table";
import { deleteNode, Editor, setAcl } from "./changes";
import { visible } from "../logic/visible";

/** One znode: what it holds, who may do what, and when it changed. */
export function NodePage({ path }: { path: string }) {
  const node = useFetch<Node>(ofServer(`/tree/node${queryOf({ path })}`), identity.value);
  const editing = useSignal(false);
  const body = node.body;
  return (
    <>
      <nav class="crumbs mono" aria-label="Nodes above">
        {ancestry(path).map((above) => (
          <a key={above} href={link("tree", null, { path: above })}><bdi>{above === "/" ? "/" : visible(above.slice(above.lastIndexOf("/") + 1))}</bdi></a>
        ))}
        <b><bdi>{path === "/" ? "/" : visible(path.slice(path.lastIndexOf("/") + 1))}</bdi></b>
      </nav>
      <Panel
        title="Data"
        news={node}
        zxid={body?.zxid ?? null}
        tools={
          body && (
            <>
              <button type="button" onClick={node.reload}>Again</button>
              <Act least="operator" label="Edit" unless={editing.value ? "It is being edited." : !body.readable ? "The data cannot be read as this identity." : body.truncated ? "It is too large to edit here." : null} onClick={() => (editing.value = true)} />
              <Act least="operator" tone="danger" label="Delete" unless={path === "/" ? "The root cannot be deleted." : body.stat.children > 0 ? "It has children." : null} onClick={() => deleteNode(path, body.stat.version, node.reload)} />
            </>
          )
        }
      >
        {(one) =>
          editing.value ? (
            <Editor path={path} node={one} onEnd={(changed) => { editing.value = false; if (changed) node.reload(); }} />
          ) : one.readable ? (
            <Shown node={one} />
          ) : (
            <Nothing>The data is not shown: {identity.value === null ? "anybody may not read it. Enter an identity that may." : "this identity may not read it."}</Nothing>
          )
        }
      </Panel>
      {body && (
        <div class="columns even">
          <Panel title="Stat" zxid={body.zxid}>
            <StatFacts path={path} stat={body.stat} node={body} />
          </Panel>
          <Panel title="Access" tools={<Act least="operator" label="Change…" onClick={() => setAcl(path, body, node.reload)} />}>
            <Table
              label="Access"
              rows={body.acl}
              id={(entry) => `${entry.scheme}:${entry.id}:${entry.perms}`}
              columns={[
                { key: "who", title: "Who", wide: true, render: (entry) => <span class="mono path">{entry.scheme}:{entry.id}</span> },
                { key: "may", title: "May", render: (entry) => PERMS.filter(([letter]) => entry.perms.includes(letter)).map(([, word]) => word).join(", ") || "nothing" },
              ]}
            />
          </Panel>
        </div>
      )}
    </>
  );
}

const PERMS = [["r", "read"], ["w", "write"], ["c", "create"], ["d", "delete"], ["a", "admin"]] as const;

function StatFacts({ path, stat, node }: { path: string; stat: Stat; node: Node }) {
  const txn = (zxid: string) => <a class="mono" href={link("log", null, { zxid })}>{zxid}</a>;
  return (
    <Facts
      rows={[
        ["Changed", <>{txn(stat.mzxid)} <small>{clock(stat.mtime_ms)}</small></>, "mzxid, mtime"],
        ["Created", <>{txn(stat.czxid)} <small>{clock(stat.ctime_ms)}</small></>, "czxid, ctime"],
        ["Children changed", txn(stat.pzxid), "pzxid"],
        ["Version", `${stat.version} (children ${stat.cversion}, ACL ${stat.aversion})`],
        ["Kind", stat.kind ?? (stat.ephemeral_owner ? "ephemeral" : "persistent")],
        ["Held by", stat.ephemeral_owner ? <a class="mono" href={link("sessions", stat.ephemeral_owner)}>{stat.ephemeral_owner}</a> : "–", "The session of an ephemeral node"],
        ["Data", bytes(stat.data_bytes)],
        ["Children", count(stat.children)],
        ["Watched by", node.watchers === undefined ? "–" : <a href={link("watches", null, { q: path })}>{count(node.watchers)} here</a>, "Clients of this server that watch its data or existence"],
        ["Its history", <a href={link("log", null, { path })}>in the log</a>],
        ...(node.quota ? [["Quota", Object.entries(node.quota).map(([name, value]) => `${name} ${String(value)}`).join(", ")] as [string, string]] : []),
      ]}
    />
  );
}

type Look = "text" | "json" | "hex" | "base64";
const SHOWN_MAX = 256 * 1024;

function Shown({ node }: { node: Node }) {
  const raw = useComputed(() => bytesOf(node.data));
  const inflated = useSignal<{ bytes: Uint8Array; cut: boolean } | null>(null);
  const gzip = isGzip(raw.value);
  const wanted = useSignal(true);
  useEffect(() => {
    inflated.value = null;
    if (gzip) inflate(raw.value).then((all) => (inflated.value = all), () => (inflated.value = null));
  }, [node]);
  const data = gzip && wanted.value && inflated.value ? inflated.value.bytes : bytesOf(node.data);
  const json = jsonOf(data);
  const text = textOf(data);
  const best: Look = json !== null ? "json" : text !== null ? "text" : "hex";
  const chosen = useSignal<Look | null>(null);
  const look = chosen.value ?? best;
  if (node.data === null) return <Nothing>It has no data (null).</Nothing>;
  if (raw.value.length === 0) return <Nothing>Its data is empty.</Nothing>;
  const options: [Look, string][] = [...(text !== null ? [["text", "Text"] as [Look, string]] : []), ...(json !== null ? [["json", "JSON"] as [Look, string]] : []), ["hex", "Hex"], ["base64", "Base64"]];
  return (
    <div class="data">
      <div class="toolbar">
        <Choice label="Show as" value={look} options={options} onChange={(value) => (chosen.value = value)} />
        {gzip && inflated.value && <Choice label="Gzip" value={wanted.value ? "in" : "raw"} options={[["in", "inflated"], ["raw", "as stored"]]} onChange={(value) => { wanted.value = value === "in"; chosen.value = null; }} />}
        <small>
          {bytes(data.length)}
          {gzip && inflated.value && wanted.value && ` inflated from ${bytes(raw.value.length)}${inflated.value.cut ? ", cut" : ""}`}
          {node.truncated && `, the first of ${bytes(node.stat.data_bytes)}`}
        </small>
      </div>
      <pre tabIndex={0} aria-label="Data">{shownAs(look, data.subarray(0, SHOWN_MAX), text, json)}</pre>
    </div>
  );
}

function shownAs(look: Look, data: Uint8Array, text: string | null, json: string | null): string {
  if (look === "json" && json !== null) return json;
  if (look === "text" && text !== null) return text;
  if (look === "base64") return toBase64(data).replace(/(.{76})/g, "$1\n");
  return hexRows(data.subarray(0, 64 * 1024)).map((row) => `${row.offset}  ${row.hex}  ${row.text}`).join("\n");
}
