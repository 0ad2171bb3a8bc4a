// The page over three real servers, some of which are killed.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Ensemble, until } from "./ensemble.mjs";
import { closeBrowser, openPage, screenshot, settled, visit } from "./support.mjs";

// A path has no slash within a name; an image needs none.
const HOSTILE = '<script>alert(1)<∕script><img src=x onerror="document.title=1">';
const DATA = '</pre><script>document.title = 2</script><img src=x onerror="document.title=3">';

let servers;
before(async () => {
  servers = await Ensemble.start();
  servers.quorate(1, "create", "/config", "");
  servers.quorate(1, "create", "/config/payments", '{"retries": 3}');
  await servers.holder(1, `/config/${HOSTILE}`, DATA);
});
after(async () => {
  await closeBrowser();
  await servers?.discard();
});

describe("the console of real servers", () => {
  it("names the leader, and the margin in words", async () => {
    const leader = await servers.leader();
    const { page, close } = await openPage(servers.url(1), "#/ensemble");
    await settled(page);
    await page.locator("article.card.lead h2", { hasText: `Server ${leader}` }).waitFor();
    assert.equal(await page.locator("article.card").count(), 3);
    await page.locator(".margin .words", { hasText: "1" }).waitFor();
    await screenshot(page, "real-ensemble");
    await close();
  });

  it("shows names and data of clients as text, wherever they stand", async () => {
    const path = `/config/${HOSTILE}`;
    const { items } = await servers.get(1, "/servers/1/sessions?here=true&sort=ephemerals&order=down");
    const { page, close } = await openPage(servers.url(1), `#/tree?path=${encodeURIComponent(path)}`);
    await page.locator("pre", { hasText: DATA }).waitFor();
    for (const [hash, place] of [
      [`#/tree?path=${encodeURIComponent(path)}`, "[role=treeitem] a"],
      ["#/tree?path=/config", "[role=treeitem] a"],
      ["#/watches", "main table a"],
      [`#/watches?by=session`, "main table"],
      [`#/sessions/${items[0].session}`, "main table a"],
      [`#/log?path=${encodeURIComponent(path)}`, "main table a"],
      ["#/log", "main table a"],
    ]) {
      await visit(page, hash);
      await page.locator(place, { hasText: HOSTILE }).first().waitFor();
      assert.equal(await page.locator("main img, main script, nav img, nav script").count(), 0, hash);
      assert.doesNotMatch(await page.title(), /^\d$/);
    }
    await close();
  });

  it("saves data at the version that was seen", async () => {
    const { page, close } = await openPage(servers.url(1), "#/tree?path=/config/payments");
    await settled(page);
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("textbox", { name: "Data" }).fill('{"retries": 5}');
    await page.getByRole("button", { name: /Look at the change/ }).click();
    await page.locator("input[name=reason]").fill("more patience");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator("dialog .outcome .state.ok").waitFor();
    assert.match(servers.quorate(2, "sync", "/config/payments") + servers.quorate(2, "get", "/config/payments"), /"retries": 5/);
    await close();
  });

  it("restarts an actor under its supervisor", async () => {
    const { items } = await servers.get(1, "/servers/1/actors?limit=1000");
    const one = items.find((actor) => actor.restartable);
    assert.ok(one, "some actor may be restarted");
    const { page, close } = await openPage(servers.url(1), `#/actors/${one.id}`);
    await settled(page);
    await page.getByRole("button", { name: "Restart" }).click();
    await page.locator("input[name=confirm]").fill(one.name);
    await page.locator("input[name=reason]").fill("a test");
    await page.locator("dialog").getByRole("button", { name: "Restart" }).click();
    await page.locator("dialog .outcome .state.ok").waitFor();
    await close();
    await until("the restart", async () => {
      const now = await servers.get(1, "/servers/1/actors?limit=1000");
      return now.items.some((actor) => actor.name === one.name && actor.label === one.label && actor.restarts > one.restarts);
    });
  });

  it("sees the leader killed and another elected, without a reload, and the dead one come back", async () => {
    const leader = await servers.leader();
    const [witness] = servers.others(leader);
    const { page, close } = await openPage(servers.url(witness), "#/ensemble");
    await settled(page);
    const loaded = await page.evaluate(() => window.loadedAt);
    await servers.kill(leader);
    await page.locator("article.card.bad", { hasText: `Server ${leader}` }).waitFor();
    const next = await servers.leader();
    assert.notEqual(next, leader);
    await page.locator("article.card.lead h2", { hasText: `Server ${next}` }).waitFor();
    await page.locator("nav.side a", { hasText: "Elections" }).click();
    await page.locator("main table tr.bad").first().waitFor();
    await page.locator("main table tr.lead", { hasText: "leading" }).first().waitFor();
    await screenshot(page, "real-elections");
    servers.run(leader);
    await page.locator("nav.side a", { hasText: "Ensemble" }).click();
    await page.waitForFunction(() => document.querySelectorAll("article.card").length === 3 && !document.querySelector("article.card.bad"));
    assert.equal(await page.evaluate(() => window.loadedAt), loaded);
    await close();
  });

  it("goes on without a quorum", async () => {
    const leader = await servers.leader();
    const [witness, other] = servers.others(leader);
    const { page, close } = await openPage(servers.url(witness), "#/actors");
    await settled(page);
    await servers.kill(leader);
    await servers.kill(other);
    await page.getByRole("alert").getByText("No quorum.").waitFor();
    await page.locator("main table tbody tr").first().waitFor();
    await page.goto(`${servers.url(witness)}/#/s/${other}/actors`);
    await page.locator("main [role=alert]").getByText("Not linked").first().waitFor();
    servers.run(leader);
    servers.run(other);
    await page.locator(".banner").waitFor({ state: "detached" });
    await close();
  });
});
