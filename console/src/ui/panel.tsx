import type { ComponentChildren } from "preact";
import type { Refusal } from "../api/client";
import type { News } from "../api/live";
import { me, now, server_id, route, stale_ms } from "../api/store";
import { age, clock } from "../logic/format";
import { Mark, type Tone } from "./mark";

const TITLES: Record<string, [string, Tone]> = {
  unauthenticated: ["Log in first", "warn"],
  forbidden: ["Not allowed", "warn"],
  not_found: ["Not found", "off"],
  not_linked: ["Not linked", "bad"],
  timeout: ["No answer in time", "warn"],
  unavailable: ["Not available now", "warn"],
  unreachable: ["Not reachable", "bad"],
  stale: ["Changed since", "warn"],
  conflict: ["Changed since", "warn"],
  no_quorum: ["No quorum", "bad"],
};

/** An error with what helps. */
export function Trouble({ error }: { error: Refusal }) {
  const [title, tone] = TITLES[error.code] ?? ["Failed", "bad"];
  return (
    <div class={`trouble ${tone}`} role="alert">
      <Mark tone={tone} />
      <div>
        <strong>{title}</strong> <code>{error.code}</code>
        <p>{error.message}</p>
        {error.remedy && <p class="do">{error.remedy}</p>}
      </div>
    </div>
  );
}

export function Nothing({ children }: { children: ComponentChildren }) {
  return <p class="nothing">{children}</p>;
}

export function Loading() {
  return (
    <p class="loading" role="status">
      Loading…
    </p>
  );
}

interface PanelProps<Body> {
  title: string;
  /** What the body comes from; without it the children are shown as they are. */
  news?: News<Body>;
  /** Whose it is; the page's server when left out. */
  server?: number | null;
  zxid?: string | null;
  tools?: ComponentChildren;
  class?: string;
  children: ComponentChildren | ((body: Body) => ComponentChildren);
}

/** A part of a page: what it shows, whose it is and how old. The last body stays, greyed, below an error. */
export function Panel<Body>({ title, news, server, zxid, tools, children, class: kind = "" }: PanelProps<Body>) {
  const body = news?.body ?? null;
  const faded = news !== undefined && body !== null && (news.error !== null || stale_ms.value > 0);
  return (
    <section class={`panel ${kind}`} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {tools && <div class="tools">{tools}</div>}
        {news && <Provenance news={news} server={server} zxid={zxid} />}
      </header>
      {news?.error && <Trouble error={news.error} />}
      {news && !body && !news.error && <Loading />}
      {typeof children === "function" ? body !== null && <div class={faded ? "faded" : ""}>{children(body)}</div> : children}
    </section>
  );
}

/** Which server says this, how long ago, and up to which transaction. */
export function Provenance({ news, server, zxid }: { news: News; server?: number | null | undefined; zxid?: string | null | undefined }) {
  const id = server ?? server_id.value;
  if (news.at === 0) return null;
  const old = Math.max(0, now.value - news.at);
  const self = id === me.value?.server && route.value.server === "self";
  return (
    <span class="provenance" title={`Came at ${clock(news.at)}.`}>
      {id !== null && id !== undefined && <span>server {id}{self ? " (this one)" : ""}</span>}
      {zxid && <span>zxid <b class="mono">{zxid}</b></span>}
      <span>{news.error ? `${age(old)} old, ${news.error.code}` : old > 5000 && stale_ms.value > 0 ? `stale, ${age(old)} old` : `${age(old)} ago`}</span>
    </span>
  );
}

/** Pairs of names and values. */
export function Facts({ rows, class: kind = "" }: { rows: [string, ComponentChildren, string?][]; class?: string }) {
  return (
    <dl class={`facts ${kind}`}>
      {rows.map(([name, value, title]) => (
        <div key={name} title={title}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
