import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/pages.css";
import { render, type ComponentType } from "preact";
import { live, locked, me, now, route, whoAmI } from "./api/store";
import { parseRoute } from "./logic/route";
import { Actors } from "./pages/actors";
import { ActorPage } from "./pages/actor";
import { Audit } from "./pages/audit";
import { Backups } from "./pages/backups";
import { Config } from "./pages/config";
import { Elections } from "./pages/elections";
import { EnsemblePage } from "./pages/ensemble";
import { Log } from "./pages/log";
import { Login } from "./pages/login";
import { Metrics } from "./pages/metrics";
import { SessionPage } from "./pages/session";
import { Sessions } from "./pages/sessions";
import { Slow } from "./pages/slow";
import { TreePage } from "./pages/tree";
import { Watches } from "./pages/watches";
import { Dialog } from "./ui/dialog";
import { listenToKeys, PAGES } from "./ui/keyboard";
import { Nothing } from "./ui/panel";
import { Shell } from "./ui/shell";
import { applyTheme } from "./ui/theme";

const LISTS: Record<string, ComponentType> = {
  ensemble: EnsemblePage,
  actors: Actors,
  elections: Elections,
  sessions: Sessions,
  watches: Watches,
  tree: TreePage,
  log: Log,
  metrics: Metrics,
  slow: Slow,
  config: Config,
  backups: Backups,
  audit: Audit,
};

const DETAILS: Record<string, ComponentType> = { actors: ActorPage, sessions: SessionPage };

function Page() {
  if (locked.value) return <Login />;
  if (!me.value) return <p class="loading">Loading…</p>;
  const { page, item, server } = route.value;
  const Shown = (item === null ? undefined : DETAILS[page]) ?? LISTS[page];
  return (
    <>
      {/* Another server's page is another page: nothing of the first may show through. */}
      <Shell>{Shown ? <Shown key={`${server} ${page} ${item}`} /> : <Nothing>There is no page “{page}”.</Nothing>}</Shell>
      <Dialog />
    </>
  );
}

function follow(): void {
  const before = route.value;
  route.value = parseRoute(location.hash);
  const { page, item, server } = route.value;
  const title = PAGES.find(([name]) => name === page)?.[1] ?? "Quorate";
  document.title = `${title}${item === null ? "" : ` ${item}`}${server === "self" ? "" : ` · server ${server}`} · Quorate`;
  if (before.page !== page || before.item !== item) scrollTo(0, 0);
}

addEventListener("hashchange", follow);
document.addEventListener("visibilitychange", () => (document.hidden ? live.hide() : live.show()));
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
  if (!me.value && !locked.value) void whoAmI();
}, 1000);
applyTheme();
listenToKeys();
follow();
void whoAmI();
render(<Page />, document.getElementById("page")!);
