import { useSignal } from "@preact/signals";
import { ENSEMBLE, link, me, useView } from "../api/store";
import type { Ensemble, Status } from "../api/types";
import { bytes, count, duration, micros, percent, plural, short, skew } from "../logic/format";
import { hrefOf } from "../logic/route";
import { compareZxid } from "../logic/zxid";
import { destroy } from "../ui/acts";
import { Act } from "../ui/inputs";
import { Bar, Mark, State } from "../ui/mark";
import { Facts, Nothing, Panel, Trouble } from "../ui/panel";
import { toneOf } from "../ui/shell";
import { Refusal } from "../api/client";

type Server = Ensemble["servers"][number];

/** All servers, as the page's own sees them. */
export function EnsemblePage() {
  const news = useView<Ensemble>(ENSEMBLE);
  return (
    <>
      <h1>Ensemble</h1>
      <Panel title="Quorum" news={news} server={news.body?.server ?? null} class="quorum">
        {(ensemble) => <Quorum ensemble={ensemble} />}
      </Panel>
      {news.body && (
        <div class="cards">
          {news.body.servers.map((server) => (
            <Card key={server.server} server={server} ensemble={news.body!} />
          ))}
        </div>
      )}
      <Panel title="Links" news={news} server={news.body?.server ?? null}>
        {(ensemble) => <Links ensemble={ensemble} />}
      </Panel>
    </>
  );
}

/** The margin in words, and one mark for each voter. */
function Quorum({ ensemble }: { ensemble: Ensemble }) {
  const { quorum } = ensemble;
  const tone = !quorum.has ? "bad" : quorum.survives === 0 ? "warn" : "ok";
  const needed = Math.floor(quorum.voters / 2) + 1;
  return (
    <div class="margin">
      <div class={`verdict ${tone}`}>
        <Mark tone={tone} />
        <div>
          <p class="words">{quorum.text}</p>
          <p class="more">
            {quorum.linked} of {plural(quorum.voters, "voter")} linked, {needed} needed to commit.{" "}
            {ensemble.leader === null ? "Nobody leads." : `Server ${ensemble.leader} leads epoch ${ensemble.epoch}.`}{" "}
            <a href={link("elections")}>Why?</a>
          </p>
        </div>
      </div>
      <Voters ensemble={ensemble} needed={needed} />
    </div>
  );
}

function Voters({ ensemble, needed }: { ensemble: Ensemble; needed: number }) {
  const voters = ensemble.servers.filter((server) => !server.observer);
  return (
    <ul class="voters" aria-label={`Voters; ${needed} are needed`}>
      {voters.map((server) => {
        const tone = toneOf(server.status, server.linked);
        return (
          <li key={server.server} class={server.linked ? tone : "bad"}>
            <Mark tone={server.linked ? tone : "bad"} />
            <span>{server.server}</span>
          </li>
        );
      })}
    </ul>
  );
}

function Card({ server, ensemble }: { server: Server; ensemble: Ensemble }) {
  const { status } = server;
  const tone = toneOf(status, server.linked);
  const role = status ? status.role.replace("_", " ") : server.linked ? "no answer" : "not linked";
  const here = server.server === ensemble.server;
  return (
    <article class={`card ${tone}`} aria-label={`Server ${server.server}`}>
      <header>
        <h2>
          <a href={hrefOf(here ? "self" : String(server.server), "actors")}>Server {server.server}</a>
        </h2>
        <State tone={tone}>{status?.draining ? `${role}, draining` : role}</State>
        <span class="provenance">
          {server.age_ms === null ? "no news" : `${duration(server.age_ms)} old`}
          {here && <span>this console</span>}
          {server.observer && <span>observer</span>}
        </span>
      </header>
      <p class="address mono">
        {server.address}
        {server.console && <span> · console {server.console}</span>}
      </p>
      {server.error && !status && <Trouble error={new Refusal(502, server.linked ? "timeout" : "not_linked", server.error)} />}
      {status ? <Vitals status={status} at_ms={ensemble.at_ms - (server.age_ms ?? 0)} /> : <Nothing>Nothing is known of it.</Nothing>}
      {status && status.notes.length > 0 && (
        <ul class="notes">
          {status.notes.map((note) => (
            <li key={note}>
              <Mark tone="warn" /> <span>{note}</span>
            </li>
          ))}
        </ul>
      )}
      {status && <Acts server={server} status={status} ensemble={ensemble} />}
    </article>
  );
}

function Vitals({ status, at_ms }: { status: Status; at_ms: number }) {
  const disk = status.disk;
  const used = disk.free_bytes != null && disk.total_bytes ? 1 - disk.free_bytes / disk.total_bytes : null;
  const behind = compareZxid(status.applied, status.committed) < 0;
  return (
    <Facts
      class="vitals"
      rows={[
        ["Applied", <span class="mono">{status.applied}</span>, `Logged ${status.logged}, committed ${status.committed}.`],
        ["Lag", status.lag_txns == null ? "–" : status.lag_txns === 0 && !behind ? "none" : plural(status.lag_txns, "txn"), "Applied behind the leader."],
        ["Log sync p99", micros(status.sync.p99_us), `${count(status.sync.count)} syncs in the last minute, the longest took ${micros(status.sync.max_us)}.`],
        ["Request p99", micros(status.latency?.p99_us), `${count(status.latency?.count)} requests in the last minute, half of them within ${micros(status.latency?.p50_us)}.`],
        ["Sessions", <a href={hrefOf(String(status.server), "sessions")}>{short(status.sessions)}</a>],
        ["Connections", short(status.connections), `${count(status.outstanding)} requests outstanding.`],
        ["Znodes", short(status.znodes), `${count(status.znodes)} nodes, of them ${count(status.ephemerals)} ephemeral; ${bytes(status.data_bytes)} of data.`],
        ["Watches", short(status.watches)],
        ["Disk free", <span>{used !== null && <Bar part={used} tone={disk.level === "ample" ? "ok" : disk.level === "low" ? "warn" : "bad"} />} {bytes(disk.free_bytes)}{disk.level !== "ample" && <b class={disk.level === "low" ? "low" : "full"}> {disk.level}</b>}</span>, "Free on the disk of its data."],
        ["Memory", bytes(status.memory_bytes)],
        ["CPU", percent(status.cpu_percent), "Of one core, over the last seconds."],
        ["Clock", skew(status.now_ms - at_ms), "How far its clock is from the one of the server that says this."],
        ["Up for", duration(status.uptime_ms)],
        ["Version", status.version],
      ]}
    />
  );
}

function Acts({ server, status, ensemble }: { server: Server; status: Status; ensemble: Ensemble }) {
  const id = String(server.server);
  const path = `/servers/${id}`;
  return (
    <div class="acts">
      {status.role === "leading" && <Transfer status={status} ensemble={ensemble} />}
      <Act
        least="admin"
        label={status.draining ? "Take clients again" : "Drain"}
        title="Sends its clients elsewhere"
        onClick={() =>
          destroy({
            title: status.draining ? `Let server ${id} take clients again` : `Drain server ${id}`,
            text: status.draining ? "It takes new clients again." : `Its ${plural(status.connections, "client")} are sent to other servers and it takes no new ones. It goes on to vote and to log.`,
            confirm: id,
            path: `${path}/drain`,
            body: () => ({ drain: !status.draining }),
            button: status.draining ? "Take clients" : "Drain",
            etag: status.etag ?? null,
            refresh: ENSEMBLE,
          })
        }
      />
      <Act
        least="admin"
        tone="danger"
        label="Stop"
        onClick={() =>
          destroy({
            title: `Stop server ${id}`,
            text: ensemble.quorum.survives === 0 && !server.observer ? "No quorum will be left: nothing can be written until it is back." : `The process ends in order. ${ensemble.quorum.text}`,
            confirm: id,
            path: `${path}/stop`,
            button: "Stop the server",
            etag: status.etag ?? null,
            refresh: ENSEMBLE,
          })
        }
      />
    </div>
  );
}

function Transfer({ status, ensemble }: { status: Status; ensemble: Ensemble }) {
  const to = useSignal("");
  const others = ensemble.servers.filter((server) => !server.observer && server.server !== status.server && server.linked);
  return (
    <Act
      least="admin"
      label="Hand over"
      title="Has another server lead"
      unless={others.length === 0 ? "No other voter is linked." : null}
      onClick={() =>
        destroy({
          title: "Have another server lead",
          text: `Server ${status.server} leads now. Writes wait for a moment while another takes over.`,
          confirm: String(status.server),
          fields: (
            <label>
              <span>To</span>
              <select value={to} onChange={(event) => (to.value = event.currentTarget.value)}>
                <option value="">whoever has come furthest</option>
                {others.map((server) => (
                  <option key={server.server} value={server.server}>
                    server {server.server}
                  </option>
                ))}
              </select>
            </label>
          ),
          path: `/servers/${status.server}/leader/transfer`,
          body: () => ({ to: to.value === "" ? null : Number(to.value) }),
          button: "Hand over",
          etag: status.etag ?? null,
          refresh: ENSEMBLE,
        })
      }
    />
  );
}

/** Round-trip times, from the row's server to the column's. */
function Links({ ensemble }: { ensemble: Ensemble }) {
  const ids = ensemble.servers.map((server) => server.server);
  if (ids.length < 2) return <Nothing>It is alone: there are no links.</Nothing>;
  const told = new Map(ensemble.links.map((one) => [`${one.from} ${one.to}`, one]));
  return (
    <div class="scroll" role="group" aria-label="Links" tabIndex={0}>
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">from \ to</th>
            {ids.map((id) => (
              <th scope="col" key={id}>
                {id}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ids.map((from) => (
            <tr key={from}>
              <th scope="row">{from}{from === me.value?.server && <small> here</small>}</th>
              {ids.map((to) => {
                const one = told.get(`${from} ${to}`);
                return (
                  <td key={to} class={from === to ? "diagonal" : ""}>
                    {from === to ? "" : !one ? <State tone="off">not told</State> : one.up ? <State tone="ok">{one.rtt_us == null ? "up" : micros(one.rtt_us)}</State> : <State tone="bad">down</State>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
