import { useMemo } from "preact/hooks";
import { request } from "../api/client";
import { ensemble, ofServer, refine, route, useFetch } from "../api/store";
import type { ConfigValues, Done, LogLevels } from "../api/types";
import { plural } from "../logic/format";
import { drift, memberDrift } from "../logic/drift";
import { matches } from "../logic/sort";
import { ask } from "../ui/dialog";
import { Check, Filter } from "../ui/inputs";
import { State } from "../ui/mark";
import { Nothing, Panel } from "../ui/panel";
import { Table } from "../ui/table";
import { whyNot } from "../logic/roles";
import { me } from "../api/store";

const SERVERS_MAX = 9;

export function Config() {
  const query = route.value.query;
  const filter = query.get("q") ?? "";
  const changed = query.get("changed") === "true";
  const config = useFetch<ConfigValues>(ofServer("/config"));
  const rows = (config.body?.items ?? []).filter((item) => (!changed || !item.is_default) && (filter === "" || matches(filter, [item.name, item.value, item.origin, item.group, item.text])));
  return (
    <>
      <h1>Config</h1>
      <Differences />
      <div class="toolbar">
        <Filter value={filter} onChange={(q) => refine({ q })} />
        <Check label="only what is not the default" value={changed} onChange={(value) => refine({ changed: value })} />
        <button type="button" onClick={config.reload}>Again</button>
      </div>
      <div class="columns wide-left">
        <Panel title="Values" news={config}>
          {() => (
            <Table
              label="Values"
              rows={rows}
              id={(item) => item.name}
              empty="No key matches."
              columns={[
                { key: "group", title: "Of", render: (item) => <span class="dim">{item.group}</span> },
                { key: "name", title: "Key", render: (item) => <span class="mono" title={item.text}>{item.name}</span> },
                { key: "value", title: "Value", wide: true, render: (item) => (item.value === null ? <span class="dim">secret</span> : <span class={`mono path ${item.is_default ? "" : "strong"}`}>{item.value === "" ? "(empty)" : item.value}</span>) },
                { key: "origin", title: "From", wide: true, render: (item) => <span class={`path ${item.is_default ? "dim" : ""}`}>{item.origin}</span> },
              ]}
            />
          )}
        </Panel>
        <div>
          <Panel title="Membership" news={config}>
            {(body) => (body.members.length === 0 ? <Nothing>It is alone.</Nothing> : <pre class="lines">{body.members.join("\n")}</pre>)}
          </Panel>
          <Levels />
        </div>
      </div>
    </>
  );
}

/** Whether the servers are configured alike. Each is asked by itself. */
function Differences() {
  const servers = (ensemble.value?.servers ?? []).map((server) => server.server).slice(0, SERVERS_MAX);
  const slots = Array.from({ length: SERVERS_MAX }, (_, at) => servers[at]);
  const answers = slots.map((server) => useFetch<ConfigValues>(server === undefined ? null : `/servers/${server}/config`));
  const version = answers.map((answer) => answer.at).join();
  const configs = new Map(servers.flatMap((server, at) => (answers[at]!.body ? [[server, answers[at]!.body!] as const] : [])));
  const { wrong, members } = useMemo(() => ({ ...drift(configs), members: memberDrift(configs) }), [version]);
  const silent = servers.filter((_, at) => answers[at]!.error !== null);
  if (servers.length < 2) return null;
  return (
    <Panel title="Between the servers" class="drift">
      <p>
        {wrong.length === 0 && members.size === 0 ? (
          <State tone={silent.length > 0 ? "off" : "ok"}>{silent.length > 0 ? "Those that answered are configured alike." : "All servers are configured alike."}</State>
        ) : (
          <State tone="warn">{plural(wrong.length + members.size, "key or member differs", "keys or members differ")} between servers.</State>
        )}
        {silent.length > 0 && <span class="dim"> Not asked: server {silent.join(", ")}, {answers[servers.indexOf(silent[0]!)]!.error!.code}.</span>}
      </p>
      {wrong.length > 0 && (
        <Table
          label="Differing keys"
          rows={wrong}
          id={(one) => one.name}
          columns={[
            { key: "name", title: "Key", render: (one) => <span class="mono">{one.name}</span> },
            ...[...configs.keys()].map((server) => ({ key: String(server), title: `Server ${server}`, render: (one: (typeof wrong)[number]) => { const value = one.values.get(server); return value === undefined ? <span class="dim">unknown key</span> : value === null ? <span class="dim">secret</span> : <span class="mono">{value}</span>; } })),
          ]}
        />
      )}
      {[...members].map(([line, has]) => (
        <p key={line}><code>{line}</code> only at server {has.join(", ")}</p>
      ))}
    </Panel>
  );
}

const LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

function Levels() {
  const path = ofServer("/loglevels");
  const levels = useFetch<LogLevels>(path);
  const why = whyNot(me.value, "operator");
  const set = async (component: string, level: string) => {
    try {
      await request<Done>("PUT", `${path}/${encodeURIComponent(component)}`, { body: { level } });
    } catch (error) {
      ask({ title: `Log level of ${component}`, text: "It stays as it was.", confirm: null, reason: false, button: "Try again", run: () => Promise.reject(error) });
    }
    levels.reload();
  };
  return (
    <Panel title="Log levels" news={levels} tools={why ? <small>{why}</small> : <small>Forgotten at a restart</small>}>
      {(body) => (
        <ul class="levels">
          {body.items.map((item) => (
            <li key={item.component}>
              <label>
                <span class="mono">{item.component}</span>
                <select value={item.level} disabled={why !== null} title={why ?? undefined} onChange={(event) => void set(item.component, event.currentTarget.value)}>
                  {[...new Set<string>([...LEVELS, item.level])].map((level) => (
                    <option key={level} value={level}>{level}</option>
                  ))}
                </select>
              </label>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

