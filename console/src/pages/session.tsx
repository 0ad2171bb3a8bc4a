import { link, ofServer, route, useView } from "../api/store";
import type { SessionDetail } from "../api/types";
import { clock, count, duration, latency, plural } from "../logic/format";
import { destroy } from "../ui/acts";
import { Act } from "../ui/inputs";
import { State } from "../ui/mark";
import { Facts, Nothing, Panel } from "../ui/panel";
import { Table } from "../ui/table";
import { visible } from "../logic/visible";

export function SessionPage() {
  const path = ofServer(`/sessions/${encodeURIComponent(route.value.item ?? "")}`);
  const news = useView<SessionDetail>(path);
  const body = news.body;
  return (
    <>
      <nav class="crumbs" aria-label="Where this is">
        <a href={link("sessions")}>Sessions</a>
      </nav>
      <h1 class="mono">{route.value.item}</h1>
      <Panel title="Session" news={news} tools={body && <Acts session={body} path={path} />}>
        {(session) => <About session={session} />}
      </Panel>
      {body && (
        <div class="columns even">
          <Panel title={plural(body.ephemerals, "ephemeral node")}>
            {body.ephemeral_paths.length === 0 ? <Nothing>It holds none.</Nothing> : (
              <Table label="Ephemeral nodes" rows={body.ephemeral_paths} id={(one) => one} href={(one) => link("tree", null, { path: one })} columns={[{ key: "path", title: "Path", wide: true, render: (one) => <span class="mono path">{visible(one)}</span> }]} />
            )}
            {body.ephemerals > body.ephemeral_paths.length && <Nothing>The first {count(body.ephemeral_paths.length)} are shown.</Nothing>}
          </Panel>
          <Panel title={body.watches == null ? "Watches" : plural(body.watches, "watch", "watches")}>
            {body.watched_paths.length === 0 ? <Nothing>{body.here ? "It watches nothing." : "Only the server it is connected to knows what it watches."}</Nothing> : (
              <Table label="Watches" rows={body.watched_paths} id={(one) => `${one.kind} ${one.path}`} href={(one) => link("tree", null, { path: one.path })} columns={[{ key: "path", title: "Path", wide: true, render: (one) => <span class="mono path">{visible(one.path)}</span> }, { key: "kind", title: "Kind", render: (one) => one.kind }]} />
            )}
          </Panel>
        </div>
      )}
    </>
  );
}

function About({ session }: { session: SessionDetail }) {
  return (
    <Facts
      class="tiles"
      rows={[
        ["Connected", session.here ? <State tone="ok">here</State> : <State tone="off">{session.server == null ? "nowhere" : `at server ${session.server}`}</State>],
        ["Client", <span class="mono">{session.address ?? "–"}</span>],
        ["Protocol", `${session.protocol ?? "–"}${session.tls ? ", TLS" : ""}${session.local ? ", local session" : ""}`],
        ["Time-out", duration(session.timeout_ms)],
        ["Heard", session.heard_ms_ago == null ? "–" : `${duration(session.heard_ms_ago)} ago`],
        ["Since", clock(session.connected_at_ms)],
        ["Received", count(session.received)],
        ["Sent", count(session.sent)],
        ["Outstanding", count(session.outstanding)],
        ["Latency", latency(session.latency_avg_ms, session.latency_max_ms)],
        ["Identities", session.identities?.join(", ") || "–"],
        ["Actor", session.actor == null ? "–" : <a href={link("actors", session.actor)}>{session.actor}</a>],
        ["Its writes", <a href={link("log", null, { session: session.session })}>in the log</a>],
      ]}
    />
  );
}

function Acts({ session, path }: { session: SessionDetail; path: string }) {
  return (
    <>
      <Act
        least="operator"
        label="Forget its watches"
        unless={!session.here ? "It is not connected to this server." : session.watches === 0 ? "It has none." : null}
        onClick={() => destroy({ title: "Forget what it watches", text: `${plural(session.watches ?? 0, "watch", "watches")} are forgotten. Its client is not told, and will miss what it waits for.`, confirm: session.session, path: `${path}/remove-watches`, button: "Forget them", etag: session.etag, refresh: path })}
      />
      <Act
        least="operator"
        tone="danger"
        label="Close"
        onClick={() => destroy({ title: "Close the session", text: `Its ${plural(session.ephemerals, "ephemeral node")} are deleted: locks it holds are released.`, confirm: session.session, path: `${path}/close`, button: "Close the session", etag: session.etag, refresh: path })}
      />
    </>
  );
}
