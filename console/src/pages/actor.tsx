import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { request } from "../api/client";
import { link, live, me, now, ofServer, route, server_id, useTopic, useView } from "../api/store";
import type { ActorDetail, Actors, Done, TracedMessage, TraceItem } from "../api/types";
import { age, bytes, count, duration, micros, moment, percent, short } from "../logic/format";
import { ancestors } from "../logic/forest";
import { joined } from "../logic/lines";
import { destroy } from "../ui/acts";
import { ask } from "../ui/dialog";
import { Act } from "../ui/inputs";
import { Bar, State } from "../ui/mark";
import { Facts, Nothing, Panel } from "../ui/panel";
import { Table } from "../ui/table";
import { nameOf, TONES } from "./actors";

const ON_DEATH: Record<ActorDetail["on_death"], string> = {
  restart: "is started again",
  rest: "is started again, with those started after it",
  escalate: "its supervisor ends too",
  none: "stays dead",
};

const TRACE_S = 30;

export function ActorPage() {
  const path = ofServer(`/actors/${route.value.item}`);
  const news = useView<ActorDetail>(path);
  const all = useView<Actors>(ofServer("/actors?limit=1000"));
  const actor = news.body;
  return (
    <>
      <nav class="crumbs" aria-label="Supervisors">
        <a href={link("actors")}>Actors</a>
        {actor && ancestors(all.body?.items ?? [], actor.id).map((parent) => <a key={parent.id} href={link("actors", parent.id)}>{nameOf(parent)}</a>)}
      </nav>
      <h1>
        {actor ? nameOf(actor) : `Actor ${route.value.item}`} {actor && <State tone={TONES[actor.state]}>{actor.state}</State>}
      </h1>
      <Panel title="Now" news={news} tools={actor && <Acts actor={actor} path={path} />}>
        {(body) => <Now actor={body} />}
      </Panel>
      {actor && (
        <div class="columns">
          <div>
            <Kinds actor={actor} />
            <Messages actor={actor} />
          </div>
          <div>
            <Panel title="State">{actor.dump === null ? <Nothing>It did not answer in time.</Nothing> : <Dump value={actor.dump} />}</Panel>
            <Panel title="Supervises">
              {actor.children.length === 0 ? <Nothing>No other actors.</Nothing> : (
                <ul class="plain">
                  {actor.children.map((child) => (
                    <li key={child.id}>
                      <a href={link("actors", child.id)}>{nameOf(child)}</a> <small>{child.id}</small>
                    </li>
                  ))}
                </ul>
              )}
            </Panel>
          </div>
        </div>
      )}
    </>
  );
}

function Acts({ actor, path }: { actor: ActorDetail; path: string }) {
  const left = actor.traced_until_ms === null ? 0 : actor.traced_until_ms - (actor.at_ms + (now.value - live.news(path).value.at));
  const trace = (seconds: number) =>
    request<Done>("POST", `${path}/trace`, { body: { seconds } }).then(
      () => live.refresh(path),
      // A refusal is worth a dialog, as the outcome of anything else.
      (error: unknown) => ask({ title: "Trace", text: "", confirm: null, reason: false, button: "Try again", run: () => Promise.reject(error) }),
    );
  return (
    <>
      {left > 0 && <span class="tag">traced for {age(left)}</span>}
      <Act least="operator" label={left > 0 ? "End trace" : `Trace ${TRACE_S} s`} title="Times each of its messages" onClick={() => void trace(left > 0 ? 0 : TRACE_S)} />
      <Act
        least="admin"
        tone="danger"
        label="Restart"
        unless={actor.restartable ? null : "Its death would end more than itself."}
        onClick={() =>
          destroy({
            title: `Restart ${nameOf(actor)}`,
            text: `It ends now, with what waits in its mailbox (${count(actor.depth)}), and its supervisor starts it again.`,
            confirm: actor.name,
            path: `${path}/restart`,
            button: "Restart",
            etag: actor.etag,
            refresh: path,
          })
        }
      />
    </>
  );
}

function Now({ actor }: { actor: ActorDetail }) {
  const io = actor.io;
  return (
    <Facts
      class="tiles"
      rows={[
        ["Busy", <>{percent(actor.busy_percent)} <Bar part={actor.busy_percent / 100} tone={actor.busy_percent > 80 ? "warn" : "ok"} /></>, "Of one core."],
        ["Mailbox wait", <>{micros(actor.wait_us)} <small>max {micros(actor.wait_max_us)}</small></>],
        ["Mailbox", <>{short(actor.depth)} <small>max {short(actor.high_water)}</small></>],
        ["Messages/s", short(actor.messages_per_s)],
        ["Handled", count(actor.handled)],
        ["Age", duration(actor.age_ms)],
        ["Restarts", count(actor.restarts)],
        ["Last exit", actor.last_exit_reason || "–"],
        ["When it dies", ON_DEATH[actor.on_death]],
        ["Runs on", { io: "the network thread", own: "a thread of its own", pool: "the pool" }[actor.thread]],
        ["Id", String(actor.id)],
        ...(io ? ([["In", `${bytes(io.bytes_in)}, ${count(io.frames_in)} frames`], ["Out", `${bytes(io.bytes_out)}, ${count(io.frames_out)} frames`], ["Queued", bytes(io.queued_bytes)]] as [string, string][]) : []),
      ]}
    />
  );
}

function Kinds({ actor }: { actor: ActorDetail }) {
  const kinds = [...actor.kinds].sort((a, b) => b.per_s - a.per_s || b.count - a.count);
  const most = Math.max(1e-9, ...kinds.map((kind) => kind.per_s));
  return (
    <Panel title="Messages by kind">
      <Table
        label="Messages by kind"
        rows={kinds}
        id={(kind) => kind.message}
        empty="None since somebody looks."
        columns={[
          { key: "message", title: "Message", wide: true, render: (kind) => <span class="mono">{kind.message}</span> },
          { key: "per_s", title: "per s", right: true, render: (kind) => <>{short(kind.per_s)} <Bar part={kind.per_s / most} /></> },
          { key: "count", title: "Count", right: true, render: (kind) => count(kind.count) },
          { key: "p50", title: "p50", right: true, hint: "While traced", render: (kind) => micros(kind.p50_us) },
          { key: "p99", title: "p99", right: true, hint: "While traced", render: (kind) => micros(kind.p99_us) },
          { key: "max", title: "max", right: true, hint: "While traced", render: (kind) => micros(kind.max_us) },
        ]}
      />
    </Panel>
  );
}

const MESSAGES_MAX = 200;

function Messages({ actor }: { actor: ActorDetail }) {
  const fresh = useSignal<TraceItem[]>([]);
  useEffect(() => {
    fresh.value = [];
  }, [actor.id]);
  // The page's own server tells what it traces at once; another one's come with the view.
  const own = server_id.value === me.value?.server;
  useTopic(own && actor.traced ? "trace" : null, (item) => {
    const one = item.data as TraceItem | null;
    if (one?.actor === actor.id) fresh.value = [one, ...fresh.value].slice(0, MESSAGES_MAX);
  });
  const messages = joined<TracedMessage>(fresh.value, actor.messages, MESSAGES_MAX);
  const longest = Math.max(1, ...messages.map((message) => message.took_us));
  return (
    <Panel title="Last messages">
      <Table
        label="Last messages"
        rows={messages}
        id={(message) => message.seq}
        empty="None: they are kept only while it is traced."
        columns={[
          { key: "at", title: "At", render: (message) => <span class="mono">{moment(message.at_ms)}</span> },
          { key: "message", title: "Message", wide: true, render: (message) => <span class="mono">{message.message}</span> },
          { key: "from", title: "From", render: (message) => message.from ?? "–" },
          { key: "wait", title: "Waited", right: true, hint: "In the mailbox", render: (message) => micros(message.wait_us) },
          { key: "took", title: "Took", right: true, render: (message) => <>{micros(message.took_us)} <Bar part={message.took_us / longest} /></> },
        ]}
      />
    </Panel>
  );
}

/** What an actor says of its state: names and values, however deep. */
function Dump({ value }: { value: unknown }) {
  if (Array.isArray(value)) {
    if (value.length === 0) return <span class="dim">none</span>;
    return (
      <ol class="dump">
        {value.slice(0, 100).map((one, at) => (
          <li key={at}>
            <Dump value={one} />
          </li>
        ))}
      </ol>
    );
  }
  if (typeof value === "object" && value !== null) {
    if (Object.keys(value).length === 0) return <Nothing>It tells nothing of its state.</Nothing>;
    return (
      <dl class="dump">
        {Object.entries(value).map(([name, one]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Dump value={one} />
            </dd>
          </div>
        ))}
      </dl>
    );
  }
  return <span class="mono">{value === null ? "–" : typeof value === "boolean" ? (value ? "yes" : "no") : String(value)}</span>;
}
