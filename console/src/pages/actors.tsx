import { useMemo } from "preact/hooks";
import { link, ofServer, refine, route, useView } from "../api/store";
import type { Actor, Actors as ActorList } from "../api/types";
import { count, duration, micros, percent, plural, short } from "../logic/format";
import { type Branch, forest } from "../logic/forest";
import { queryOf } from "../logic/route";
import { type Cell, matches, type Order, sorted } from "../logic/sort";
import { Check, Filter } from "../ui/inputs";
import { Bar, Mark, State, type Tone } from "../ui/mark";
import { Panel } from "../ui/panel";
import { type Column, Table } from "../ui/table";

const SHOWN_MAX = 1000;

export const TONES: Record<Actor["state"], Tone> = { idle: "off", busy: "busy", stuck: "warn", dead: "bad" };

export function nameOf(actor: { name: string; label: string }): string {
  return actor.label ? `${actor.name} ${actor.label}` : actor.name;
}

const CELLS: Record<string, (actor: Actor) => Cell> = {
  id: (actor) => actor.id,
  name: (actor) => nameOf(actor),
  state: (actor) => ["stuck", "dead", "busy", "idle"].indexOf(actor.state),
  depth: (actor) => actor.depth,
  wait: (actor) => actor.wait_us,
  messages: (actor) => actor.messages_per_s,
  busy: (actor) => actor.busy_percent,
  restarts: (actor) => actor.restarts,
  age: (actor) => actor.age_ms,
  reason: (actor) => actor.last_exit_reason || null,
};

/** What the server can sort by itself, for lists of which it sends but a part. */
const SERVER_SORTS = new Set(["id", "name", "busy", "wait", "depth", "messages", "restarts", "age"]);

export function Actors() {
  const query = route.value.query;
  const connections = query.get("connections") === "true";
  const sort = query.get("sort") ?? "name";
  const order = (query.get("order") ?? "up") as Order;
  const filter = query.get("q") ?? "";
  // Connections may be many: then the server chooses which are sent.
  const chosen = connections ? { connections: true, sort: SERVER_SORTS.has(sort) ? sort : null, order, search: filter.trim().split(/\s+/)[0] } : {};
  const news = useView<ActorList>(ofServer(`/actors${queryOf({ ...chosen, limit: SHOWN_MAX })}`));
  const all = news.body?.items ?? [];
  const shown = useMemo(
    () => sorted(all.filter((actor) => filter === "" || matches(filter, [actor.name, actor.label, actor.state, String(actor.id), actor.last_exit_reason])), CELLS[sort] ?? CELLS.name!, order),
    [all, filter, sort, order],
  );
  return (
    <>
      <h1>Actors</h1>
      <div class="toolbar">
        <Filter value={filter} onChange={(q) => refine({ q })} />
        <Check label={`connections of clients${news.body?.connections === undefined ? "" : ` (${count(news.body.connections)})`}`} value={connections} onChange={(value) => refine({ connections: value })} />
        <Summary actors={all} />
      </div>
      <div class="split">
        <Panel title="Supervision" news={news} class="supervision">
          {(body) => <Tree actors={body.items.filter((actor) => actor.name !== "connection" || !connections)} />}
        </Panel>
        <Panel title={filter ? `${shown.length} of ${plural(all.length, "actor")}` : plural(news.body?.total ?? all.length, "actor")} news={news} class="grow">
          {(body) => (
            <>
              <Table label="Actors" columns={COLUMNS} rows={shown} id={(actor) => actor.id} href={(actor) => link("actors", actor.id)} sort={sort} order={order} onSort={(key, next) => refine({ sort: key, order: next })} mark={(actor) => (actor.state === "stuck" ? "warn" : actor.state === "dead" ? "bad" : "")} empty="No actor matches." />
              {body.total > body.items.length && <p class="nothing">Of {count(body.total)} the first {count(body.items.length)} are shown, in the order chosen.</p>}
            </>
          )}
        </Panel>
      </div>
    </>
  );
}

function Summary({ actors }: { actors: readonly Actor[] }) {
  if (actors.length === 0) return null;
  const stuck = actors.filter((actor) => actor.state === "stuck").length;
  const busiest = sorted(actors, (actor) => actor.busy_percent, "down")[0]!;
  return (
    <p class="summary">
      {stuck > 0 ? <State tone="warn">{plural(stuck, "actor is", "actors are")} stuck</State> : <State tone="ok">none is stuck</State>}
      <span>
        busiest: <a href={link("actors", busiest.id)}>{nameOf(busiest)}</a>, {percent(busiest.busy_percent)}
      </span>
    </p>
  );
}

const COLUMNS: Column<Actor>[] = [
  { key: "name", title: "Actor", sortable: true, wide: true, render: (actor) => <>{actor.name} {actor.label && <span class="label">{actor.label}</span>} {actor.traced && <span class="tag">traced</span>}</> },
  { key: "id", title: "Id", sortable: true, right: true, render: (actor) => actor.id },
  { key: "state", title: "State", sortable: true, render: (actor) => <State tone={TONES[actor.state]}>{actor.state}</State> },
  { key: "depth", title: "Mailbox", hint: "Messages that wait; the most at once", sortable: true, right: true, render: (actor) => <span title={`At most ${count(actor.high_water)}`}>{short(actor.depth)}</span> },
  { key: "wait", title: "Wait", hint: "How long the last probe waited; the longest of the last minute", sortable: true, right: true, render: (actor) => <>{micros(actor.wait_us)} <small>≤ {micros(actor.wait_max_us)}</small></> },
  { key: "messages", title: "Msgs/s", sortable: true, right: true, render: (actor) => short(actor.messages_per_s) },
  { key: "busy", title: "Busy", hint: "Of one core", sortable: true, right: true, render: (actor) => <>{percent(actor.busy_percent)} <Bar part={actor.busy_percent / 100} tone={actor.busy_percent > 80 ? "warn" : "ok"} /></> },
  { key: "restarts", title: "Restarts", sortable: true, right: true, render: (actor) => count(actor.restarts) },
  { key: "age", title: "Age", sortable: true, right: true, render: (actor) => duration(actor.age_ms) },
  { key: "reason", title: "Last exit", hint: "Why the one before it ended", sortable: true, render: (actor) => <span class="reason" title={actor.last_exit_reason}>{actor.last_exit_reason || "–"}</span> },
];

function Tree({ actors }: { actors: readonly Actor[] }) {
  return (
    <ul class="forest">
      {forest(actors).map((branch) => (
        <Twig key={branch.actor.id} branch={branch} />
      ))}
    </ul>
  );
}

function Twig({ branch }: { branch: Branch }) {
  const { actor, children } = branch;
  return (
    <li>
      <a href={link("actors", actor.id)} title={`${nameOf(actor)}: ${actor.state}`} class={TONES[actor.state]}>
        <Mark tone={TONES[actor.state]} />
        <span class="name">{actor.name}</span>
        {actor.label && <span class="label">{actor.label}</span>}
        {actor.state !== "idle" && <span class="word">{actor.state}</span>}
        {actor.restarts > 0 && <span class="tag" title="Restarts">↻ {actor.restarts}</span>}
      </a>
      {children.length > 0 && (
        <ul>
          {children.map((child) => (
            <Twig key={child.actor.id} branch={child} />
          ))}
        </ul>
      )}
    </li>
  );
}
