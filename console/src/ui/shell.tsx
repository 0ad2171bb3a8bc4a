import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { request } from "../api/client";
import { ENSEMBLE, ensemble, go, link, live, locked, me, route, server_id, stale_ms, useView, whoAmI } from "../api/store";
import type { Ensemble, Status } from "../api/types";
import { age, plural } from "../logic/format";
import { hrefOf } from "../logic/route";
import { PAGES, help } from "./keyboard";
import { Logo, Mark, State, type Tone } from "./mark";
import { type Theme, theme } from "./theme";

export function toneOf(status: Status | undefined, linked: boolean): Tone {
  if (!status) return linked ? "warn" : "bad";
  if (status.in_doubt || status.disk.level === "full") return "bad";
  if (status.role === "looking" || status.draining || status.recovering) return "warn";
  return status.role === "leading" || status.role === "alone" ? "lead" : "ok";
}

/** What surrounds each page: where one may go, whose page it is, and how the ensemble is. */
export function Shell({ children }: { children: ComponentChildren }) {
  useView<Ensemble>(ENSEMBLE);
  const stale = stale_ms.value;
  return (
    <div class={`shell ${stale > 0 ? "stale" : ""}`}>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>
        To the content
      </a>
      <Sidebar />
      <div class="body">
        <TopBar />
        <NoQuorum />
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      {help.value && <Help />}
    </div>
  );
}

function Sidebar() {
  const page = route.value.page;
  return (
    <nav class="side" aria-label="Pages">
      <a class="brand" href={link("ensemble")}>
        <Logo />
        <b>Quorate</b>
      </a>
      <ul>
        {PAGES.map(([name, title, key]) => (
          <li key={name}>
            <a href={link(name)} aria-current={page === name ? "page" : undefined}>
              <span>{title}</span>
              <kbd aria-hidden="true">g {key}</kbd>
            </a>
          </li>
        ))}
      </ul>
      <Foot />
    </nav>
  );
}

function Foot() {
  const who = me.value;
  const next: Record<Theme, Theme> = { auto: "dark", dark: "light", light: "auto" };
  const leave = async () => {
    await request("POST", "/logout", { body: {} }).catch(() => null);
    me.value = null;
    locked.value = true;
    live.restart();
    await whoAmI();
  };
  return (
    <div class="foot">
      <div class="foot-row">
        <button type="button" onClick={() => (theme.value = next[theme.value])} aria-label={`Colours: ${theme.value}`} title="Colours: as the system has them, dark, light">
          {theme.value === "auto" ? "auto" : theme.value}
        </button>
        <button type="button" onClick={() => (help.value = !help.value)} aria-label="Help" title="Keys (?)">
          ?
        </button>
      </div>
      {who && (
        <p class="who">
          <span title={`Version ${who.version}`}>
            {who.name} · <b>{who.role}</b>
            {who.read_only && " · read-only"}
          </span>
          {who.login && (
            <button type="button" class="plain" onClick={() => void leave()}>
              log out
            </button>
          )}
        </p>
      )}
    </div>
  );
}

function TopBar() {
  const seen = ensemble.value;
  const id = server_id.value;
  return (
    <header class="top">
      <div class="nodes" role="group" aria-label="Server">
        {seen?.servers.map((server) => {
          const tone = toneOf(server.status, server.linked);
          const role = server.status?.role ?? (server.linked ? "no answer" : "not linked");
          return (
            <a
              key={server.server}
              class={`node ${tone}`}
              href={hrefOf(server.server === me.value?.server ? "self" : String(server.server), route.value.page, null, {})}
              aria-current={server.server === id ? "true" : undefined}
              title={`Server ${server.server}, ${role}${server.server === seen.server ? "; this console's" : ""}`}
            >
              <Mark tone={tone} />
              <b>{server.server}</b>
              <span>{server.status?.draining ? "draining" : role.replace("_", " ")}</span>
            </a>
          );
        })}
      </div>
      {seen && (
        <State tone={!seen.quorum.has ? "bad" : seen.quorum.survives === 0 ? "warn" : "ok"}>
          {seen.quorum.linked} of {plural(seen.quorum.voters, "voter")}
          <span class="aside"> · epoch {seen.epoch}</span>
        </State>
      )}
      <Connection />
    </header>
  );
}

function Connection() {
  const stale = stale_ms.value;
  const mode = live.mode.value;
  return (
    <span class="connection" role="status">
      {stale > 0 ? (
        <State tone="warn">stale, {age(stale)} old</State>
      ) : mode === "live" ? (
        <State tone="ok">live</State>
      ) : mode === "polling" ? (
        <State tone="busy">asking every 2 s</State>
      ) : (
        <State tone="off">{mode === "opening" ? "connecting" : "paused"}</State>
      )}
    </span>
  );
}

function NoQuorum() {
  const seen = ensemble.value;
  if (!seen || seen.quorum.has) return null;
  return (
    <div class="banner bad" role="alert">
      <Mark tone="bad" />
      <span>
        <b>No quorum.</b> {seen.quorum.linked} of {plural(seen.quorum.voters, "voter")} linked, {Math.floor(seen.quorum.voters / 2) + 1} needed. Nothing
        can be written; what is below is what server {seen.server} knows by itself.
      </span>
    </div>
  );
}

function Help() {
  useEffect(() => document.getElementById("help")?.focus(), []);
  return (
    <div class="help" id="help" tabIndex={-1} role="dialog" aria-label="Keys">
      <h2>Keys</h2>
      <dl>
        <div><dt><kbd>/</kbd></dt><dd>filter</dd></div>
        <div><dt><kbd>↑</kbd> <kbd>↓</kbd></dt><dd>row to row</dd></div>
        <div><dt><kbd>Esc</kbd></dt><dd>clear, close</dd></div>
        <div><dt><kbd>?</kbd></dt><dd>this</dd></div>
        {PAGES.map(([name, title, key]) => (
          <div key={name}><dt><kbd>g</kbd> <kbd>{key}</kbd></dt><dd><a href={link(name)} onClick={() => { help.value = false; go(link(name)); }}>{title}</a></dd></div>
        ))}
      </dl>
      <button type="button" onClick={() => (help.value = false)}>Close</button>
    </div>
  );
}
