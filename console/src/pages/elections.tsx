import { useMemo } from "preact/hooks";
import { ENSEMBLE, ensemble, link, live, now, refine, route, useTopic, useView } from "../api/store";
import type { ElectionEvent, Elections as ElectionList } from "../api/types";
import { clock, duration, moment } from "../logic/format";
import { lastLoss, ledBefore, merge, reasonOf, type Stage, stages, type StageKind, type Told } from "../logic/timeline";
import { matches } from "../logic/sort";
import { Filter } from "../ui/inputs";
import { State, type Tone } from "../ui/mark";
import { Panel, Trouble } from "../ui/panel";
import { Table } from "../ui/table";

const LIMIT = 200;
/** One view is the ensemble's. */
const SERVERS_MAX = 7;

const TONES: Record<ElectionEvent["event"], Tone> = { started: "off", looking: "warn", elected: "busy", leading: "lead", following: "ok", observing: "ok", left: "bad" };

/** What became of the role of every server, on one line of time. */
export function Elections() {
  useView(ENSEMBLE);
  const servers = (ensemble.value?.servers ?? []).map((server) => server.server).slice(0, SERVERS_MAX);
  const told = new Map<number, ElectionEvent[]>();
  const slots = Array.from({ length: SERVERS_MAX }, (_, at) => servers[at]);
  // Each server is asked by itself; the number of hooks stays the same.
  const news = slots.map((server) => useView<ElectionList>(server === undefined ? null : `/servers/${server}/elections?limit=${LIMIT}`));
  servers.forEach((server, at) => told.set(server, news[at]!.body?.items ?? []));
  useTopic("election", () => servers.forEach((server) => void live.refresh(`/servers/${server}/elections?limit=${LIMIT}`)));
  const filter = route.value.query.get("q") ?? "";
  const version = news.map((one) => one.at).join();
  const all = useMemo(() => merge(told), [version]);
  const shown = all.filter((event) => filter === "" || matches(filter, [event.text, event.event, event.reason, `server ${event.teller}`]));
  const own = news.find((one) => one.body) ?? news[0]!;
  return (
    <>
      <h1>Elections</h1>
      <Why told={all} />
      <Panel title="Who led when" news={own} server={ensemble.value?.server ?? null}>
        {() => <Lanes servers={servers} told={told} />}
      </Panel>
      {servers.map((server, at) => {
        const error = news[at]!.error;
        return error ? <div key={server}><p class="dim">Server {server}:</p><Trouble error={error} /></div> : null;
      })}
      <div class="toolbar">
        <Filter value={filter} onChange={(q) => refine({ q })} />
      </div>
      <Panel title="Events of all servers" news={own} server={ensemble.value?.server ?? null}>
        {() => <Events events={shown} />}
      </Panel>
    </>
  );
}

function Why({ told }: { told: readonly Told[] }) {
  const loss = lastLoss(told);
  if (!loss) return <p class="lede">No leader was lost as far back as the servers remember.</p>;
  return (
    <div class="lede">
      <p>
        <State tone="bad">Server {loss.leader} ceased to lead at {clock(loss.event.at_ms)}.</State>
      </p>
      <p class="words">{loss.why}</p>
      <p>
        {loss.next === null ? "Nobody leads since." : `Server ${loss.next.server ?? loss.next.teller} led ${duration(loss.gap_ms)} later${loss.next.epoch ? `, in epoch ${loss.next.epoch}` : ""}.`}
      </p>
    </div>
  );
}

const LANE = 26;
const WIDTH = 1000;

/** A lane for each server, a block for each stage; hatching and letters say what colours say. */
function Lanes({ servers, told }: { servers: readonly number[]; told: ReadonlyMap<number, readonly ElectionEvent[]> }) {
  const to = now.value;
  const all = servers.flatMap((server) => [...ledBefore(server, told, to), ...stages(server, told.get(server) ?? [], to)]);
  if (all.length === 0) return <p class="nothing">Nothing is remembered.</p>;
  const from = Math.min(...all.map((stage) => stage.from));
  // Old stages are long and recent ones matter: time grows with its logarithm towards now.
  const scale = axis(from, to);
  const height = servers.length * LANE + 24;
  return (
    <svg class="lanes" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label="Roles of each server over time; the table below says the same">
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="hatch-ground" width="6" height="6" />
          <rect class="hatch-line" width="2" height="6" />
        </pattern>
      </defs>
      {ticks(from, to).map((tick) => (
        <g key={tick}>
          <line class="tick" x1={scale(tick)} x2={scale(tick)} y1="0" y2={height - 18} />
          <text class="tick" x={scale(tick)} y={height - 5} text-anchor="middle">
            {tickName(to - tick)} ago
          </text>
        </g>
      ))}
      {servers.map((server, lane) => (
        <text key={server} class="lane" x="0" y={lane * LANE + 17}>
          {server}
        </text>
      ))}
      {all.map((stage, at) => (
        <Block key={at} stage={stage} lane={servers.indexOf(stage.server)} scale={scale} />
      ))}
    </svg>
  );
}

const LETTERS: Record<StageKind, string> = { leading: "leads", following: "follows", observing: "observes", looking: "looks", down: "down" };

function Block({ stage, lane, scale }: { stage: Stage; lane: number; scale: (at: number) => number }) {
  const x = scale(stage.from);
  const width = Math.max(1.5, scale(stage.to) - x - 1);
  const words = stage.kind === "leading" && stage.epoch !== null ? `leads epoch ${stage.epoch}` : LETTERS[stage.kind];
  return (
    <g class={`stage ${stage.kind}`}>
      <title>{`Server ${stage.server} ${words} from ${moment(stage.from)}${stage.open ? "" : ` for ${duration(stage.to - stage.from)}`}`}</title>
      <rect x={x} y={lane * LANE + 3} width={width} height={LANE - 6} rx="2" fill={stage.kind === "looking" ? "url(#hatch)" : undefined} />
      {width > words.length * 6.5 && (
        <text x={x + 6} y={lane * LANE + 17}>
          {words}
        </text>
      )}
    </g>
  );
}

const LEFT = 22;

function axis(from: number, to: number): (at: number) => number {
  const unit = 10_000;
  const whole = Math.log1p((to - from) / unit) || 1;
  return (at) => LEFT + (WIDTH - LEFT) * (1 - Math.log1p(Math.max(0, to - at) / unit) / whole);
}

function ticks(from: number, to: number): number[] {
  const ages = [10_000, 60_000, 600_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000, 7 * 24 * 3_600_000];
  return ages.filter((one) => one < (to - from) * 0.95).map((one) => to - one);
}

function tickName(ago_ms: number): string {
  const units: [number, string][] = [[86_400_000, "d"], [3_600_000, "h"], [60_000, "min"]];
  for (const [size, name] of units) if (ago_ms >= size) return `${Math.round(ago_ms / size)} ${name}`;
  return `${Math.round(ago_ms / 1000)} s`;
}

function Events({ events }: { events: readonly Told[] }) {
  return (
    <Table
      label="Events of all servers"
      rows={events.slice(0, 500)}
      id={(event) => `${event.teller} ${event.seq}`}
      mark={(event) => (event.event === "left" ? "bad" : event.event === "leading" ? "lead" : "")}
      empty="No event matches."
      columns={[
        { key: "at", title: "At", render: (event) => <span class="mono">{moment(event.at_ms)}</span> },
        { key: "server", title: "Server", right: true, render: (event) => event.server ?? event.teller },
        { key: "event", title: "Event", render: (event) => <State tone={TONES[event.event]}>{event.event}</State> },
        { key: "epoch", title: "Epoch", right: true, render: (event) => event.epoch ?? "–" },
        { key: "text", title: "What happened and why", wide: true, render: (event) => <What event={event} /> },
        { key: "lasted", title: "Stage before", right: true, hint: "How long the stage before took", render: (event) => duration(event.lasted_ms) },
        { key: "zxid", title: "Zxid", hint: "The last one logged then", render: (event) => (event.zxid ? <a class="mono" href={link("log", null, { zxid: event.zxid }, String(event.teller))}>{event.zxid}</a> : "–") },
      ]}
    />
  );
}

function What({ event }: { event: Told }) {
  const reason = reasonOf(event);
  return (
    <>
      <span title={event.reason ?? undefined}>{event.text || reason}</span>
      {event.votes && event.votes.length > 0 && (
        <span class="dim"> Votes: {event.votes.map((vote) => `${vote.server} for ${vote.for}`).join(", ")}.</span>
      )}
    </>
  );
}
