import { link, ofServer, refine, route, useView } from "../api/store";
import type { Watches as WatchList } from "../api/types";
import { count, plural, short } from "../logic/format";
import { queryOf } from "../logic/route";
import type { Order } from "../logic/sort";
import { Choice, Filter } from "../ui/inputs";
import { Bar } from "../ui/mark";
import { Panel } from "../ui/panel";
import { type Column, Pager, Table } from "../ui/table";
import { visible } from "../logic/visible";

type Row = WatchList["items"][number];
const LIMIT = 100;

export function Watches() {
  const query = route.value.query;
  const by = query.get("by") === "session" ? "session" : "path";
  const sort = query.get("sort") ?? "watches";
  const order = (query.get("order") ?? "down") as Order;
  const search = query.get("q") ?? "";
  const offset = Math.max(0, Number(query.get("offset") ?? 0) || 0);
  const news = useView<WatchList>(ofServer(`/watches${queryOf({ by, sort, order, search, offset, limit: LIMIT })}`));
  return (
    <>
      <h1>Watches</h1>
      <div class="toolbar">
        <Choice label="By" value={by} options={[["path", "by path"], ["session", "by session"]]} onChange={(value) => refine({ by: value, q: null, offset: null })} />
        <Filter label="Search" value={search} wait_ms={300} onChange={(q) => refine({ q, offset: null })} />
        {news.body && (
          <p class="summary">
            {plural(news.body.watches, "watch", "watches")} of {plural(news.body.sessions, "session")} on {plural(news.body.paths, "path")}
            {news.body.fired_per_s !== undefined && `, ${short(news.body.fired_per_s)} fired per s`}
          </p>
        )}
      </div>
      <Panel title={by === "path" ? "Watched paths" : "Watching sessions"} news={news} tools={news.body && <Pager total={news.body.total} offset={news.body.offset} limit={LIMIT} onMove={(to) => refine({ offset: to || null })} />}>
        {(body) => <Table label="Watches" columns={columns(body)} rows={body.items} id={(row) => row.name} href={(row) => (body.by === "path" ? link("tree", null, { path: row.name }) : link("sessions", row.name))} sort={sort} order={order} onSort={(key, next) => refine({ sort: key, order: next, offset: null })} empty={search ? "Nothing matches." : "Nobody watches anything at this server."} />}
      </Panel>
    </>
  );
}

function columns(body: WatchList): Column<Row>[] {
  const most = Math.max(1, ...body.items.map((row) => row.watches));
  return [
    { key: "name", title: body.by === "path" ? "Path" : "Session", sortable: true, wide: true, render: (row) => <span class="mono path">{visible(row.name)}</span> },
    { key: "watches", title: "Watches", sortable: true, right: true, render: (row) => <>{count(row.watches)} <Bar part={row.watches / most} /></> },
    { key: "data", title: "Data", right: true, render: (row) => count(row.data) },
    { key: "child", title: "Child", right: true, render: (row) => count(row.child) },
    { key: "persistent", title: "Persistent", right: true, render: (row) => count(row.persistent) },
    { key: "recursive", title: "Recursive", right: true, render: (row) => count(row.recursive) },
    { key: "some", title: body.by === "path" ? "Some of who watches" : "Some of what it watches", wide: true, render: (row) => <Some body={body} row={row} /> },
  ];
}

function Some({ body, row }: { body: WatchList; row: Row }) {
  return (
    <span class="clip mono">
      {(row.some ?? []).slice(0, 3).map((one, at) => (
        <>
          {at > 0 && ", "}
          <a key={one} href={body.by === "path" ? link("sessions", one) : link("tree", null, { path: one })}>{visible(one)}</a>
        </>
      ))}
      {row.watches > Math.min(3, row.some?.length ?? 0) && (row.some?.length ?? 0) > 0 && " …"}
    </span>
  );
}
