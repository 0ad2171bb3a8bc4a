import { useSignal } from "@preact/signals";
import { link, ofServer, refine, route, server_id, useView } from "../api/store";
import type { Session, Sessions as SessionList } from "../api/types";
import { count, duration, latency, short } from "../logic/format";
import { queryOf } from "../logic/route";
import type { Order } from "../logic/sort";
import { destroy } from "../ui/acts";
import { Act, Check, Filter } from "../ui/inputs";
import { State } from "../ui/mark";
import { Panel } from "../ui/panel";
import { type Column, Pager, Table } from "../ui/table";

const LIMIT = 100;

const COLUMNS: Column<Session>[] = [
  { key: "session", title: "Session", sortable: true, render: (one) => <span class="mono">{one.session}</span> },
  { key: "address", title: "Client", sortable: true, render: (one) => <span class="mono">{one.address ?? "–"}</span> },
  { key: "server", title: "At", hint: "The server it was last attached at", render: (one) => (one.here ? <State tone="ok">here</State> : one.server == null ? <State tone="off">nowhere</State> : <State tone="off">server {one.server}</State>) },
  { key: "protocol", title: "Protocol", render: (one) => <>{one.protocol ?? "–"}{one.tls && <span class="tag">TLS</span>}{one.local && <span class="tag">local</span>}</> },
  { key: "heard", title: "Heard", hint: "How long ago; its time-out", sortable: true, right: true, render: (one) => <>{one.heard_ms_ago == null ? "–" : duration(one.heard_ms_ago)} <small>of {duration(one.timeout_ms)}</small></> },
  { key: "ephemerals", title: "Ephemerals", sortable: true, right: true, render: (one) => count(one.ephemerals) },
  { key: "watches", title: "Watches", sortable: true, right: true, render: (one) => count(one.watches) },
  { key: "received", title: "Received", sortable: true, right: true, render: (one) => short(one.received) },
  { key: "sent", title: "Sent", sortable: true, right: true, render: (one) => short(one.sent) },
  { key: "latency", title: "Latency", hint: "Average, longest", right: true, render: (one) => latency(one.latency_avg_ms, one.latency_max_ms) },
  { key: "identities", title: "Identities", wide: true, render: (one) => <span class="clip">{one.identities?.join(", ") || "–"}</span> },
];

/** Searched, sorted and cut into pages by the server: there may be very many. */
export function Sessions() {
  const query = route.value.query;
  const sort = query.get("sort") ?? "session";
  const order = (query.get("order") ?? "up") as Order;
  const search = query.get("q") ?? "";
  const here = query.get("here") === "true";
  const offset = Math.max(0, Number(query.get("offset") ?? 0) || 0);
  const news = useView<SessionList>(ofServer(`/sessions${queryOf({ sort, order, search, here, offset, limit: LIMIT })}`));
  return (
    <>
      <h1>Sessions</h1>
      <div class="toolbar">
        <Filter label="Search" value={search} wait_ms={300} onChange={(q) => refine({ q, offset: 0 })} />
        <Check label="connected here only" value={here} onChange={(value) => refine({ here: value, offset: 0 })} />
        <span class="spread" />
        <Shed />
      </div>
      <Panel
        title={search ? "Sessions found" : "Sessions"}
        news={news}
        tools={news.body && <Pager total={news.body.total} offset={news.body.offset} limit={LIMIT} onMove={(to) => refine({ offset: to || null })} />}
      >
        {(body) => <Table label="Sessions" columns={COLUMNS} rows={body.items} id={(one) => one.session} href={(one) => link("sessions", one.session)} sort={sort} order={order} onSort={(key, next) => refine({ sort: key, order: next, offset: 0 })} empty={search ? "No session matches." : "There are no sessions."} />}
      </Panel>
    </>
  );
}

function Shed() {
  const percent = useSignal(10);
  const id = server_id.value;
  return (
    <Act
      least="operator"
      label="Shed clients…"
      title="Closes some connections, so that they go to other servers"
      unless={id === null ? "It is not known yet whose page this is." : null}
      onClick={() =>
        destroy({
          title: `Shed clients of server ${id}`,
          text: "Connections chosen by chance are closed; their clients connect elsewhere, and their sessions go on.",
          confirm: String(id),
          fields: (
            <label>
              <span>Per cent of its clients</span>
              <input type="number" min={1} max={100} value={percent} onInput={(event) => (percent.value = Number(event.currentTarget.value))} />
            </label>
          ),
          path: `/servers/${id}/shed`,
          body: () => ({ percent: percent.value }),
          button: "Shed",
        })
      }
    />
  );
}
