import { request } from "../api/client";
import { live, ofServer, useView } from "../api/store";
import type { Backups as BackupList, Done } from "../api/types";
import { age, bytes, moment } from "../logic/format";
import { now } from "../api/store";
import { ask } from "../ui/dialog";
import { Act } from "../ui/inputs";
import { State, type Tone } from "../ui/mark";
import { Facts, Panel } from "../ui/panel";
import { Table } from "../ui/table";

const VERIFIED: Record<string, [Tone, string]> = { yes: ["ok", "whole"], no: ["bad", "damaged"] };

export function Backups() {
  const path = ofServer("/backups");
  const news = useView<BackupList>(path);
  const take = () =>
    ask({
      title: "Take a checkpoint now",
      text: "The state as it is now is written, read back, and kept beside the log. This takes some disk, and no time from clients.",
      confirm: null,
      reason: true,
      button: "Take it",
      run: async (reason) => {
        const done = await request<Done>("POST", path, { body: { reason } });
        void live.refresh(path);
        return done;
      },
    });
  const verify = (name: string) =>
    ask({
      title: `Read checkpoint ${name} back`,
      text: "All of it is read and compared with its digest. This takes as long as the disk needs, and no time from clients.",
      confirm: null,
      reason: true,
      button: "Read it",
      run: async (reason) => {
        try {
          return await request<Done>("POST", `${path}/${name}/verify`, { body: { reason } });
        } finally {
          void live.refresh(path);
        }
      },
    });
  return (
    <>
      <h1>Backups</h1>
      <Panel title="Image and log" news={news} zxid={news.body?.image.zxid ?? null} tools={<Act least="operator" label="Take a checkpoint" onClick={take} />}>
        {(body) => (
          <Facts
            class="tiles"
            rows={[
              ["Image up to", <span class="mono">{body.image.zxid ?? "–"}</span>],
              ["Image size", bytes(body.image.bytes)],
              ["Image saved", body.image.saved_at_ms == null ? "–" : `${age(now.value - body.image.saved_at_ms)} ago`],
              ["Log from", <span class="mono">{body.log.first ?? "–"}</span>],
              ["Log to", <span class="mono">{body.log.last ?? "–"}</span>],
              ["Log size", bytes(body.log.bytes)],
            ]}
          />
        )}
      </Panel>
      <Panel title="Checkpoints" news={news}>
        {(body) => (
          <Table
            label="Checkpoints"
            rows={body.checkpoints}
            id={(one) => one.name}
            empty="There is none yet."
            columns={[
              { key: "name", title: "Name", wide: true, render: (one) => <span class="mono">{one.name}</span> },
              { key: "zxid", title: "Up to", render: (one) => <span class="mono">{one.zxid}</span> },
              { key: "at", title: "Taken", render: (one) => moment(one.at_ms) },
              { key: "bytes", title: "Size", right: true, render: (one) => bytes(one.bytes) },
              { key: "verified", title: "Read back", render: (one) => { const [tone, words] = VERIFIED[one.verified ?? "yes"]!; return <State tone={tone}>{`${words}, ${one.verified_ms == null ? "when taken" : `${age(now.value - one.verified_ms)} ago`}`}</State>; } },
              { key: "digest", title: "Digest", render: (one) => <span class="mono clip">{one.digest ?? "–"}</span> },
              { key: "verify", title: "Act", render: (one) => <Act least="operator" label="Verify" onClick={() => verify(one.name)} /> },
            ]}
          />
        )}
      </Panel>
      <p class="dim">A server that finds its image damaged when it starts goes back to a checkpoint by itself. To carry a tree elsewhere: <code>quorate tree export</code>.</p>
    </>
  );
}
