import { useSignal } from "@preact/signals";
import { link, ofServer, refine, route, useFetch, useView } from "../api/store";
import type { Transactions } from "../api/types";
import { bytes, moment, plural } from "../logic/format";
import { queryOf } from "../logic/route";
import { Check, Filter } from "../ui/inputs";
import { Panel } from "../ui/panel";
import { type Column, Table } from "../ui/table";
import { visible } from "../logic/visible";

type Txn = Transactions["items"][number];
const LIMIT = 200;

/** The transactions; the newest as they come, or those up to one. */
export function Log() {
  const query = route.value.query;
  const zxid = query.get("zxid") ?? "";
  const path = query.get("path") ?? "";
  const session = query.get("session") ?? "";
  const tail = useSignal(true);
  const address = ofServer(`/transactions${queryOf({ zxid, path, session, limit: LIMIT })}`);
  const following = tail.value && zxid === "";
  const seen = useView<Transactions>(following ? address : null);
  const asked = useFetch<Transactions>(following ? null : address);
  const news = following ? seen : asked;
  const oldest = news.body?.items.at(-1)?.zxid;
  return (
    <>
      <h1>Log</h1>
      <div class="toolbar">
        <Filter label="Path" value={path} wait_ms={400} onChange={(value) => refine({ path: value })} />
        <Filter main={false} label="Session, 0x…" value={session} wait_ms={400} onChange={(value) => refine({ session: value })} />
        <Filter main={false} label="Up to zxid, 7.1f" value={zxid} wait_ms={400} onChange={(value) => refine({ zxid: value })} />
        <Check label="follow" value={following} onChange={(value) => { tail.value = value; if (value) refine({ zxid: null }); }} />
        {!following && <button type="button" onClick={asked.reload}>Again</button>}
      </div>
      <Panel title={following ? "Newest transactions" : zxid ? `Transactions up to ${zxid}` : "Transactions"} news={news} zxid={news.body?.items[0]?.zxid ?? null}>
        {(body) => (
          <>
            <Table label="Transactions" columns={COLUMNS} rows={body.items} id={(txn) => txn.zxid} mark={(txn) => (txn.zxid === zxid ? "lead" : "")} empty={`None matches among the last ${plural(body.looked_at, "transaction")}.`} />
            <p class="more">
              {plural(body.looked_at, "record")} looked at{body.first ? `; the log goes back to ${body.first}` : ""}.{" "}
              {body.more && oldest && <a href={link("log", null, { path, session, zxid: oldest })}>Older ones</a>}
            </p>
          </>
        )}
      </Panel>
    </>
  );
}

const COLUMNS: Column<Txn>[] = [
  { key: "zxid", title: "Zxid", render: (txn) => <a class="row mono" href={link("log", null, { zxid: txn.zxid })}>{txn.zxid}</a> },
  { key: "at", title: "At", render: (txn) => <span class="mono">{moment(txn.at_ms)}</span> },
  { key: "kind", title: "Kind", render: (txn) => txn.kind },
  { key: "paths", title: "Paths", wide: true, render: (txn) => <Paths paths={txn.paths} /> },
  { key: "session", title: "Session", render: (txn) => (txn.session ? <a class="mono" href={link("sessions", txn.session)}>{txn.session}</a> : "–") },
  { key: "bytes", title: "Record", right: true, render: (txn) => bytes(txn.bytes) },
  { key: "detail", title: "Detail", wide: true, render: (txn) => <span class="clip" title={txn.detail}>{txn.detail ?? ""}</span> },
];

function Paths({ paths }: { paths: readonly string[] }) {
  if (paths.length === 0) return <span class="dim">–</span>;
  return (
    <span class="clip">
      <a class="mono path" href={link("tree", null, { path: paths[0] })}>{visible(paths[0]!)}</a>
      {paths.length > 1 && <small title={paths.join("\n")}> and {paths.length - 1} more</small>}
    </span>
  );
}
