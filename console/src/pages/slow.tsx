import { useSignal } from "@preact/signals";
import { request } from "../api/client";
import { link, ofServer, refine, route, useView } from "../api/store";
import type { Done, SlowRequests } from "../api/types";
import { clock, count, micros } from "../logic/format";
import { queryOf } from "../logic/route";
import { matches, type Order, sorted } from "../logic/sort";
import { ask } from "../ui/dialog";
import { Act, Choice, Filter } from "../ui/inputs";
import { Panel } from "../ui/panel";
import { type Column, Table } from "../ui/table";
import { visible } from "../logic/visible";

type Slowed = SlowRequests["items"][number];
type StageName = Slowed["stages"][number]["stage"];

const STAGES: [StageName, string][] = [
  ["queue", "waited in the queue"],
  ["propose", "was proposed"],
  ["log", "was logged and synced"],
  ["quorum", "waited for a quorum"],
  ["apply", "was applied"],
  ["serve", "was served"],
  ["reply", "was answered"],
];

export function Slow() {
  const query = route.value.query;
  const which = query.get("which") === "sampled" ? "sampled" : "slowest";
  const sort = query.get("sort") ?? "took";
  const order = (query.get("order") ?? "down") as Order;
  const filter = query.get("q") ?? "";
  const address = ofServer(`/slow${queryOf({ which, limit: 200 })}`);
  const news = useView<SlowRequests>(address);
  const rows = sorted((news.body?.items ?? []).filter((one) => filter === "" || matches(filter, [one.kind, one.path, one.session, one.error, one.zxid])), (one) => (sort === "at" ? one.at_ms : sort === "kind" ? one.kind : one.took_us), order);
  return (
    <>
      <h1>Slow requests</h1>
      <div class="toolbar">
        <Choice label="Which" value={which} options={[["slowest", "slowest"], ["sampled", "a sample of all"]]} onChange={(value) => refine({ which: value })} />
        <Filter value={filter} onChange={(q) => refine({ q })} />
        {news.body && <Threshold body={news.body} address={address} />}
      </div>
      <ul class="legend" aria-label="Stages">
        {STAGES.map(([stage, words]) => (
          <li key={stage}>
            <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><rect class={`stage-${stage}`} width="10" height="10" rx="2" /></svg>
            <b>{stage}</b> {words}
          </li>
        ))}
      </ul>
      <Panel title={which === "slowest" ? "Slowest of late" : "Sampled"} news={news}>
        {() => <Table label="Requests" columns={columns(rows)} rows={rows} id={(one) => one.seq} sort={sort} order={order} onSort={(key, next) => refine({ sort: key, order: next })} empty="None was that slow." />}
      </Panel>
    </>
  );
}

function columns(rows: readonly Slowed[]): Column<Slowed>[] {
  const longest = Math.max(1, ...rows.map((one) => one.took_us));
  return [
    { key: "took", title: "Took", sortable: true, right: true, render: (one) => micros(one.took_us) },
    { key: "stages", title: "Where the time went", render: (one) => <Stages request={one} longest={longest} /> },
    { key: "most", title: "Most in", render: (one) => mostOf(one) },
    { key: "kind", title: "Request", sortable: true, render: (one) => <>{one.kind}{one.error && <span class="tag bad">{one.error}</span>}</> },
    { key: "path", title: "Path", wide: true, render: (one) => (one.path ? <a class="mono path clip" href={link("tree", null, { path: one.path })}>{visible(one.path)}</a> : "–") },
    { key: "session", title: "Session", render: (one) => <a class="mono" href={link("sessions", one.session)}>{one.session}</a> },
    { key: "zxid", title: "Zxid", render: (one) => (one.zxid ? <a class="mono" href={link("log", null, { zxid: one.zxid })}>{one.zxid}</a> : "–") },
    { key: "at", title: "At", sortable: true, right: true, render: (one) => clock(one.at_ms) },
    { key: "trace", title: "Trace", render: (one) => (one.trace ? <span class="mono clip trace" title={one.trace}>{one.trace.slice(0, 8)}…</span> : "–") },
  ];
}

function mostOf(request: Slowed): string {
  const most = [...request.stages].sort((a, b) => b.took_us - a.took_us)[0];
  return most ? `${most.stage} ${Math.round((100 * most.took_us) / Math.max(1, request.took_us))} %` : "–";
}

const WIDTH = 260;

function Stages({ request, longest }: { request: Slowed; longest: number }) {
  const scale = WIDTH / longest;
  let x = 0;
  const words = request.stages.map((one) => `${one.stage} ${micros(one.took_us)}`).join(", ");
  return (
    <svg class="stages" viewBox={`0 0 ${WIDTH} 12`} width={WIDTH} height="12" role="img" aria-label={words}>
      <title>{words}</title>
      {request.stages.map((one, at) => {
        const from = x;
        x += one.took_us * scale;
        return <rect key={at} class={`stage-${one.stage}`} x={from} width={Math.max(0.5, one.took_us * scale - 0.5)} height="12" />;
      })}
    </svg>
  );
}

function Threshold({ body, address }: { body: SlowRequests; address: string }) {
  const ms = useSignal(body.threshold_ms);
  return (
    <p class="summary">
      {count(body.slow)} took more than {body.threshold_ms} ms since the start
      <Act
        least="operator"
        label="Change…"
        onClick={() => {
          ms.value = body.threshold_ms;
          ask({
            title: "From how long on a request is slow",
            text: "Forgotten at a restart.",
            confirm: null,
            reason: false,
            button: "Set",
            fields: (
              <label>
                <span>Milliseconds</span>
                <input type="number" min={1} max={600000} value={ms} onInput={(event) => (ms.value = Number(event.currentTarget.value))} />
              </label>
            ),
            run: () => request<Done>("PUT", `${address.split("?")[0]}/threshold`, { body: { threshold_ms: ms.value } }),
          });
        }}
      />
    </p>
  );
}
