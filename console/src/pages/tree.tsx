import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { request } from "../api/client";
import { go, identity, link, ofServer, refine, route, useFetch } from "../api/store";
import type { Biggest, Children, Found } from "../api/types";
import { bytes, count, plural } from "../logic/format";
import { ancestry, childPath } from "../logic/paths";
import { queryOf } from "../logic/route";
import { Filter } from "../ui/inputs";
import { Bar, Mark } from "../ui/mark";
import { Nothing, Panel, Trouble } from "../ui/panel";
import { Table } from "../ui/table";
import { createNode } from "./changes";
import { NodePage } from "./node";
import { Act } from "../ui/inputs";
import { visible } from "../logic/visible";

const CHILDREN_MAX = 200;

/** The znodes: children when they are asked for, one of them in full. */
export function TreePage() {
  const query = route.value.query;
  const path = query.get("path") ?? "/";
  const search = query.get("q") ?? "";
  return (
    <>
      <h1>Tree</h1>
      <div class="toolbar">
        <Filter label="Search all paths" value={search} wait_ms={400} onChange={(q) => refine({ q })} />
        <GoTo path={path} />
        <span class="spread" />
        <Identity />
      </div>
      <div class="split">
        <div class="tree-side">
          {search && <Search text={search} />}
          <Panel title="Nodes" class="nodes-panel" tools={<Act least="operator" label="Create…" onClick={() => createNode(path)} />}>
            <ul class="znodes" role="tree" aria-label="Nodes" onKeyDown={walk}>
              <Branch path="/" name="/" depth={0} chosen={path} children_count={1} ephemeral={false} />
            </ul>
          </Panel>
          <BiggestBelow path={path} />
        </div>
        <div class="grow">
          <NodePage key={path} path={path} />
        </div>
      </div>
    </>
  );
}

function GoTo({ path }: { path: string }) {
  const text = useSignal(path);
  useEffect(() => {
    text.value = path;
  }, [path]);
  return (
    <form class="goto" onSubmit={(event) => { event.preventDefault(); go(link("tree", null, { path: text.value || "/" })); }}>
      <label>
        <span class="hidden">Path</span>
        <input class="mono" value={text} spellcheck={false} autocomplete="off" onInput={(event) => (text.value = event.currentTarget.value)} />
      </label>
      <button type="submit">Go</button>
    </form>
  );
}

/** Whom the tree is read and changed as. It stays in this page's memory and goes with it. */
function Identity() {
  const open = useSignal(false);
  const text = useSignal("");
  if (!open.value) {
    return (
      <p class="summary">
        as <b>{identity.value === null ? "anybody" : identity.value.split(":").slice(0, 2).join(":")}</b>
        <button type="button" onClick={() => { text.value = ""; open.value = true; }}>Change…</button>
        {identity.value !== null && <button type="button" onClick={() => (identity.value = null)}>Forget</button>}
      </p>
    );
  }
  return (
    <form class="goto" onSubmit={(event) => { event.preventDefault(); identity.value = text.value === "" ? null : text.value; text.value = ""; open.value = false; }}>
      <label>
        <span class="hidden">Identity</span>
        <input type="password" placeholder="digest:user:password" autocomplete="off" value={text} onInput={(event) => (text.value = event.currentTarget.value)} autofocus />
      </label>
      <button type="submit">Use</button>
      <button type="button" onClick={() => (open.value = false)}>Cancel</button>
    </form>
  );
}

interface BranchProps {
  path: string;
  name: string;
  depth: number;
  chosen: string;
  children_count: number;
  ephemeral: boolean;
}

function Branch({ path, name, depth, chosen, children_count, ephemeral }: BranchProps) {
  const on_the_way = chosen === path || ancestry(chosen).includes(path);
  const open = useSignal(on_the_way || depth === 0);
  useEffect(() => {
    if (on_the_way) open.value = true;
  }, [on_the_way]);
  const leaf = children_count === 0;
  return (
    <li role="treeitem" aria-expanded={leaf ? undefined : open.value} aria-selected={chosen === path} aria-level={depth + 1}>
      <div class="znode">
        {leaf ? <span class="twist" /> : (
          <button type="button" class="twist" tabIndex={-1} aria-label={open.value ? `Close ${name}` : `Open ${name}`} onClick={() => (open.value = !open.value)}>
            {open.value ? "▾" : "▸"}
          </button>
        )}
        <a class="row" href={link("tree", null, { path })} aria-current={chosen === path ? "true" : undefined} title={path}>
          <bdi>{visible(name)}</bdi>
        </a>
        {ephemeral && <span class="tag" title="Ephemeral">eph</span>}
        {!leaf && depth > 0 && <small>{count(children_count)}</small>}
      </div>
      {open.value && !leaf && <ChildList path={path} depth={depth + 1} chosen={chosen} />}
    </li>
  );
}

function ChildList({ path, depth, chosen }: { path: string; depth: number; chosen: string }) {
  const first = useFetch<Children>(ofServer(`/tree/children${queryOf({ path, limit: CHILDREN_MAX })}`), identity.value);
  const more = useSignal<Children["items"]>([]);
  const ended = useSignal(false);
  if (first.error) return <Trouble error={first.error} />;
  if (!first.body) return <p class="loading">…</p>;
  const items = [...first.body.items, ...more.value];
  const further = async () => {
    const next = await request<Children>("GET", ofServer(`/tree/children${queryOf({ path, after: items.at(-1)?.name ?? "", limit: CHILDREN_MAX })}`), { identity: identity.value }).catch(() => null);
    if (!next) return;
    more.value = [...more.value, ...next.items];
    ended.value = !next.more;
  };
  return (
    <ul role="group">
      {items.map((child) => (
        <Branch key={child.name} path={childPath(path, child.name)} name={child.name} depth={depth} chosen={chosen} children_count={child.stat.children} ephemeral={child.stat.ephemeral_owner !== null} />
      ))}
      {first.body.more && !ended.value && (
        <li role="none">
          <button type="button" class="plain" onClick={() => void further()}>
            more of {count(first.body.total)}…
          </button>
        </li>
      )}
      {items.length === 0 && <li role="none" class="dim">no children</li>}
    </ul>
  );
}

/** Up and down, open and shut, as in any tree. */
function walk(event: KeyboardEvent): void {
  const links = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("a.row")];
  const at = links.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  const item = links[at]!.closest("[role=treeitem]")!;
  const twist = item.querySelector<HTMLElement>(":scope > .znode > button.twist");
  const expanded = item.getAttribute("aria-expanded");
  if (event.key === "ArrowDown") links[at + 1]?.focus();
  else if (event.key === "ArrowUp") links[at - 1]?.focus();
  else if (event.key === "ArrowRight" && expanded === "false") twist?.click();
  else if (event.key === "ArrowLeft" && expanded === "true") twist?.click();
  else if (event.key === "ArrowLeft") item.parentElement?.closest("[role=treeitem]")?.querySelector<HTMLElement>("a.row")?.focus();
  else return;
  event.preventDefault();
}

function Search({ text }: { text: string }) {
  const found = useFetch<Found>(ofServer(`/tree/search${queryOf({ text, limit: 100 })}`));
  return (
    <Panel title="Found" news={found}>
      {(body) => (
        <>
          <Table label="Found paths" rows={body.paths} id={(path) => path} href={(path) => link("tree", null, { path, q: text })} columns={[{ key: "path", title: "Path", wide: true, render: (path) => <span class="mono path">{visible(path)}</span> }]} empty="No path contains that." />
          <p class="more">{plural(body.looked_at, "node")} looked at{body.more ? "; there may be more" : ""}.</p>
        </>
      )}
    </Panel>
  );
}

function BiggestBelow({ path }: { path: string }) {
  const open = useSignal(false);
  const found = useFetch<Biggest>(open.value ? ofServer(`/tree/biggest${queryOf({ path, limit: 20 })}`) : null);
  const most = Math.max(1, ...(found.body?.items ?? []).map((item) => item.nodes));
  return (
    <Panel title="Biggest below" tools={<button type="button" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>{open.value ? "Hide" : "Count"}</button>}>
      {!open.value ? <Nothing>Counts what is below each child of {path}.</Nothing> : found.error ? <Trouble error={found.error} /> : (
        <Table
          label="Biggest below"
          rows={found.body?.items ?? []}
          id={(item) => item.path}
          href={(item) => link("tree", null, { path: item.path })}
          empty={found.loading ? <><Mark tone="busy" /> Counting…</> : "It has no children."}
          columns={[
            { key: "path", title: "Path", wide: true, render: (item) => <span class="mono path">{visible(item.path)}</span> },
            { key: "nodes", title: "Nodes", right: true, render: (item) => <>{count(item.nodes)} <Bar part={item.nodes / most} /></> },
            { key: "bytes", title: "Data", right: true, render: (item) => bytes(item.bytes) },
          ]}
        />
      )}
    </Panel>
  );
}
