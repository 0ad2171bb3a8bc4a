import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { live, me, ofServer, refine, route, server_id, useTopic, useView } from "../api/store";
import type { Audit as AuditList, LogLine, LogLines } from "../api/types";
import { moment } from "../logic/format";
import { queryOf } from "../logic/route";
import { whyNot } from "../logic/roles";
import { joined } from "../logic/lines";
import { Choice, Filter } from "../ui/inputs";
import { Mark, State, type Tone } from "../ui/mark";
import { Panel } from "../ui/panel";
import { Table } from "../ui/table";

/** Two tabs: who did what, and what the server says. */
export function Audit() {
  const tab = route.value.query.get("tab") === "log" ? "log" : "audit";
  return (
    <>
      <h1>{tab === "audit" ? "Audit" : "Live log"}</h1>
      <div class="toolbar">
        <Choice label="Tab" value={tab} options={[["audit", "Audit"], ["log", "Live log"]]} onChange={(value) => refine({ tab: value, q: null })} />
        <Filter label="Search" value={route.value.query.get("q") ?? ""} wait_ms={300} onChange={(q) => refine({ q })} />
        {tab === "log" && <Levels />}
      </div>
      {tab === "audit" ? <Acts /> : <Lines />}
    </>
  );
}

/** In words, where the code alone would puzzle; all others are codes of refusals. */
const OUTCOMES: Record<string, string> = { begun: "under way", unknown: "outcome unknown" };

function toneOf(outcome: string): Tone {
  return outcome === "ok" ? "ok" : outcome === "begun" ? "busy" : outcome === "unknown" ? "warn" : "bad";
}

function Acts() {
  const why = whyNot(me.value, "operator", false);
  const path = ofServer(`/audit${queryOf({ search: route.value.query.get("q"), limit: 200 })}`);
  const news = useView<AuditList>(why ? null : path);
  useTopic(why || server_id.value !== me.value?.server ? null : "audit", () => void live.refresh(path));
  if (why) return <div class="trouble warn" role="alert"><Mark tone="warn" /><div><strong>Not allowed</strong><p>{why}</p></div></div>;
  return (
    <Panel title="Who did what" news={news}>
      {(body) => (
        <Table
          label="Who did what"
          rows={body.items}
          id={(entry) => entry.seq}
          mark={(entry) => (toneOf(entry.outcome) === "bad" ? "bad" : "")}
          empty="Nothing was done."
          columns={[
            { key: "at", title: "At", render: (entry) => <span class="mono">{moment(entry.at_ms)}</span> },
            { key: "who", title: "Who", render: (entry) => <>{entry.who} <small>{entry.role}</small></> },
            { key: "from", title: "From", render: (entry) => <span class="mono">{entry.from}{entry.via != null && ` via server ${entry.via}`}</span> },
            { key: "act", title: "What", render: (entry) => entry.act },
            { key: "target", title: "Of", wide: true, render: (entry) => <span class="mono path">{entry.target}</span> },
            { key: "reason", title: "Why", wide: true, render: (entry) => entry.reason ?? "–" },
            { key: "outcome", title: "Outcome", render: (entry) => <span title={entry.text}><State tone={toneOf(entry.outcome)}>{OUTCOMES[entry.outcome] ?? entry.outcome}</State></span> },
          ]}
        />
      )}
    </Panel>
  );
}

const LEVELS = [["trace", "all"], ["info", "info"], ["warn", "warn"], ["error", "error"]] as const;
const TONES: Record<string, Tone> = { trace: "off", debug: "off", info: "ok", warn: "warn", warning: "warn", error: "bad", critical: "bad" };

function Levels() {
  const level = route.value.query.get("level") ?? "info";
  return <Choice label="From level" value={level as "info"} options={LEVELS} onChange={(value) => refine({ level: value })} />;
}

function Lines() {
  const query = route.value.query;
  const level = query.get("level") ?? "info";
  const search = query.get("q") ?? "";
  const path = ofServer(`/log${queryOf({ level, search, limit: 300 })}`);
  const news = useView<LogLines>(path);
  const fresh = useSignal<LogLine[]>([]);
  useEffect(() => {
    fresh.value = [];
  }, [path]);
  // The page's own server tells each line at once; another one's come with the view.
  const own = server_id.value === me.value?.server && search === "";
  useTopic(own ? `log:${level}` : null, (item) => {
    if (item.data === null) void live.refresh(path);
    else fresh.value = [item.data as LogLine, ...fresh.value].slice(0, 300);
  });
  return (
    <Panel title="What the server says" news={news}>
      {(body) => (
        <Table
          label="What the server says"
          rows={joined(fresh.value, body.items, 500)}
          id={(line) => line.seq}
          mark={(line) => (TONES[line.level] === "bad" ? "bad" : TONES[line.level] === "warn" ? "warn" : "")}
          empty="Nothing was said."
          columns={[
            { key: "at", title: "At", render: (line) => <span class="mono">{moment(line.at_ms)}</span> },
            { key: "level", title: "Level", render: (line) => <State tone={TONES[line.level] ?? "off"}>{line.level}</State> },
            { key: "component", title: "Component", render: (line) => line.component },
            { key: "event", title: "Event", render: (line) => line.event },
            { key: "fields", title: "Fields", wide: true, render: (line) => <span class="mono path">{fieldsOf(line)}</span> },
          ]}
        />
      )}
    </Panel>
  );
}

function fieldsOf(line: LogLine): string {
  return Object.entries(line.fields).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`).join(" ");
}
