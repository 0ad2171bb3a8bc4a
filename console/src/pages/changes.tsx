import { signal, useSignal } from "@preact/signals";
import { request } from "../api/client";
import { go, identity, link, ofServer } from "../api/store";
import type { AclEntry, Data, Node, NodeChanged } from "../api/types";
import { bytesOf, dataOf, fromBase64, textOf, toBase64 } from "../logic/data";
import { aclText, parseAcl } from "../logic/acl";
import { diffLines, folded } from "../logic/diff";
import { bytes } from "../logic/format";
import { childPath, parentPath } from "../logic/paths";
import { queryOf } from "../logic/route";
import { ask } from "../ui/dialog";
import { Check, Choice } from "../ui/inputs";

/** What may be done to nodes. Each tells the version it has seen, so that nobody's change is overwritten unseen. */

const at = (what: string, path: string) => ofServer(`/tree/${what}${queryOf({ path })}`);

/** Edits as text, or as base64 what is none; shows what will change before it does. */
export function Editor({ path, node, onEnd }: { path: string; node: Node; onEnd: (changed: boolean) => void }) {
  const before = bytesOf(node.data);
  const text = textOf(before);
  const kind = useSignal<"text" | "base64">(text === null ? "base64" : "text");
  const draft = useSignal(text ?? toBase64(before));
  const problem = useSignal<string | null>(null);
  const turn = (to: "text" | "base64") => {
    try {
      const now = kind.value === "text" ? new TextEncoder().encode(draft.value) : fromBase64(draft.value);
      const as_text = textOf(now);
      if (to === "text" && as_text === null) throw new Error("It is not UTF-8.");
      draft.value = to === "text" ? as_text! : toBase64(now);
      kind.value = to;
      problem.value = null;
    } catch (error) {
      problem.value = (error as Error).message;
    }
  };
  const save = () => {
    let data: Data;
    try {
      data = kind.value === "text" ? draft.value : dataOf(fromBase64(draft.value));
    } catch {
      problem.value = "That is not base64.";
      return;
    }
    ask({
      title: "Save the data",
      text: (
        <>
          <p><code class="path">{path}</code>, version {node.stat.version}. It is refused if somebody else changed it since.</p>
          <Difference before={before} after={bytesOf(data)} />
        </>
      ),
      confirm: null,
      reason: true,
      button: "Save",
      run: (reason) => request<NodeChanged>("PUT", at("node", path), { body: { data, version: node.stat.version, reason }, identity: identity.value }),
      after: () => onEnd(true),
    });
  };
  return (
    <div class="editor">
      <div class="toolbar">
        <Choice label="Edit as" value={kind.value} options={[["text", "Text"], ["base64", "Base64"]]} onChange={turn} />
        {problem.value && <span class="state bad" role="alert">{problem.value}</span>}
      </div>
      <textarea class="mono" aria-label="Data" rows={14} spellcheck={false} value={draft} onInput={(event) => (draft.value = event.currentTarget.value)} />
      <div class="buttons">
        <button type="button" onClick={() => onEnd(false)}>Cancel</button>
        <button type="button" class="primary" onClick={save}>Look at the change…</button>
      </div>
    </div>
  );
}

function Difference({ before, after }: { before: Uint8Array; after: Uint8Array }) {
  const old = textOf(before);
  const fresh = textOf(after);
  if (old === null || fresh === null) return <p>{bytes(before.length)} of binary data become {bytes(after.length)}.</p>;
  const lines = folded(diffLines(old, fresh));
  if (lines.every((line) => line === null || line.kind === "same")) return <p>Nothing changes but the version.</p>;
  return (
    <pre class="diff" tabIndex={0} aria-label="What changes">
      {lines.map((line, at) =>
        line === null ? <span key={at} class="gap">…{"\n"}</span> : <span key={at} class={line.kind}>{{ same: "  ", added: "+ ", removed: "− " }[line.kind]}{line.text}{"\n"}</span>,
      )}
    </pre>
  );
}

export function deleteNode(path: string, version: number, after: () => void): void {
  ask({
    title: "Delete the node",
    text: <p>It is gone for everybody, with its data. It is refused if somebody changed it since, or gave it children.</p>,
    confirm: path,
    reason: true,
    button: "Delete",
    run: (reason) => request<NodeChanged>("DELETE", at("node", path), { body: { confirm: path, reason, version }, identity: identity.value }),
    after: () => {
      after();
      go(link("tree", null, { path: parentPath(path) }));
    },
  });
}

export function createNode(parent: string): void {
  const name = signal("");
  const data = signal("");
  const sequential = signal(false);
  const container = signal(false);
  ask({
    title: `Create a node`,
    text: <p>Below <code class="path">{parent}</code>, open to all who may reach the server unless its access is changed.</p>,
    confirm: null,
    reason: true,
    button: "Create",
    fields: <CreateFields name={name} data={data} sequential={sequential} container={container} />,
    run: async (reason) => {
      const path = childPath(parent, name.value);
      const body = { data: data.value, reason, ...(sequential.value ? { sequential: true } : {}), ...(container.value ? { container: true } : {}) };
      const done = await request<NodeChanged>("POST", at("node", path), { body, identity: identity.value });
      go(link("tree", null, { path: done.path }));
      return done;
    },
  });
}

type Draft<Value> = ReturnType<typeof signal<Value>>;

function CreateFields({ name, data, sequential, container }: { name: Draft<string>; data: Draft<string>; sequential: Draft<boolean>; container: Draft<boolean> }) {
  return (
    <>
      <label><span>Name</span><input name="name" class="mono" autocomplete="off" spellcheck={false} value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} /></label>
      <label><span>Data</span><textarea name="data" class="mono" rows={4} value={data.value} onInput={(event) => (data.value = event.currentTarget.value)} /></label>
      <Check label="with a number appended (sequential)" value={sequential.value ?? false} onChange={(value) => (sequential.value = value)} />
      <Check label="deleted when its last child goes (container)" value={container.value ?? false} onChange={(value) => (container.value = value)} />
    </>
  );
}

export function setAcl(path: string, node: Node, after: () => void): void {
  const text = signal(aclText(node.acl));
  ask({
    title: "Change who may do what",
    text: (
      <>
        <p>One entry a line, as <code>scheme:id:perms</code> with perms of <code>rwcda</code>. Replaces all entries of <code class="path">{path}</code>.</p>
        <p>Of digest the id is <code>user:digest</code>; the digests of those that are there are not shown, and have to be given again.</p>
      </>
    ),
    confirm: null,
    reason: true,
    button: "Change",
    fields: <label><span>Entries</span><textarea name="acl" class="mono" rows={5} spellcheck={false} value={text} onInput={(event) => { text.value = event.currentTarget.value; }} /></label>,
    run: (reason) => {
      const acl: AclEntry[] = parseAcl(text.value);
      return request<NodeChanged>("PUT", at("acl", path), { body: { acl, version: node.stat.aversion, reason }, identity: identity.value });
    },
    after,
  });
}
