// Who may do what at the consoles of three real servers that ask for tokens.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Ensemble, until } from "./ensemble.mjs";
import { accessibilityFaults, closeBrowser, openPage, settled } from "./support.mjs";

let servers;
before(async () => {
  servers = await Ensemble.start(["viewer", "operator", "admin"]);
});
after(async () => {
  await closeBrowser();
  await servers?.discard();
});

async function logIn(page, token) {
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Log in" }).click();
}

/** A page of one who has logged in. */
async function openAs(role, hash, id = 1) {
  const opened = await openPage(servers.url(id), hash);
  await logIn(opened.page, servers.tokens[role]);
  await settled(opened.page);
  return opened;
}

/** What the server answers to a request of the page's own, whatever the page would offer. */
function ask(page, method, path, body) {
  return page.evaluate(
    async ([method, path, body]) => {
      const answer = await fetch(`/api/v1${path}`, { method, ...(method === "GET" ? {} : { headers: { "Content-Type": "application/json", "X-Quorate-Console": "1" }, body: JSON.stringify(body) }) });
      return [answer.status, (await answer.json()).error?.code];
    },
    [method, path, body],
  );
}

describe("a console that asks for tokens", () => {
  it("shows nothing before, says when a token is none, and goes where one wanted to", async () => {
    const { page, close } = await openPage(servers.url(1), "#/actors?sort=busy&order=down");
    await page.getByLabel("Token").waitFor();
    assert.equal(await page.locator("main table").count(), 0);
    assert.deepEqual(await ask(page, "GET", "/ensemble"), [401, "unauthenticated"]);
    await logIn(page, `quorate_${"0".repeat(64)}`);
    await page.getByRole("alert").first().waitFor();
    assert.equal(await page.locator("main table").count(), 0);
    await logIn(page, servers.tokens.viewer);
    await settled(page);
    assert.match(await page.locator(".who").textContent(), /viewer/);
    assert.equal(await page.evaluate(() => location.hash), "#/actors?sort=busy&order=down");
    const kept = await page.evaluate(() => JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie + document.documentElement.outerHTML);
    assert.ok(!kept.includes(servers.tokens.viewer), "the token is kept nowhere that a script could read");
    await page.reload();
    await settled(page);
    await page.getByRole("button", { name: "log out" }).click();
    await page.getByLabel("Token").waitFor();
    assert.deepEqual(await ask(page, "GET", "/ensemble"), [401, "unauthenticated"]);
    await close();
  });

  it("is accessible when it asks", async () => {
    const { page, close } = await openPage(servers.url(1), "", { bypassCSP: true });
    await page.getByLabel("Token").waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await close();
  });

  it("lets a viewer look, and says why not more", async () => {
    const { page, close } = await openAs("viewer", "#/ensemble");
    const stop = page.locator("article.card").first().getByRole("button", { name: /^Stop/ });
    assert.equal(await stop.getAttribute("aria-disabled"), "true");
    assert.match(await stop.getAttribute("title"), /Needs the role admin/);
    await stop.click({ force: true });
    assert.equal(await page.locator("dialog").count(), 0);
    await page.locator("nav.side a", { hasText: "Audit" }).click();
    await page.getByText("Needs the role operator").waitFor();
    assert.deepEqual(await ask(page, "GET", "/servers/2/audit"), [403, "forbidden"]);
    assert.deepEqual(await ask(page, "PUT", "/servers/2/loglevels/commit", { level: "debug" }), [403, "forbidden"]);
    await close();
  });

  it("lets an operator trace an actor, and not restart it", async () => {
    const { items } = await servers.get(1, "/servers/1/actors?search=snapshotter");
    const { page, close } = await openAs("operator", `#/actors/${items[0].id}`);
    await page.getByRole("button", { name: "Trace 30 s" }).click();
    await page.getByRole("button", { name: "End trace" }).waitFor();
    const restart = page.getByRole("button", { name: "Restart" });
    assert.equal(await restart.getAttribute("aria-disabled"), "true");
    assert.match(await restart.getAttribute("title"), /Needs the role admin/);
    assert.deepEqual(await ask(page, "POST", `/servers/1/actors/${items[0].id}/restart`, { confirm: "snapshotter", reason: "a test" }), [403, "forbidden"]);
    await close();
  });

  it("lets an admin restart an actor of another server, and notes who it was", async () => {
    const { items } = await servers.get(1, "/servers/2/actors?search=snapshotter");
    const { page, close } = await openAs("admin", `#/s/2/actors/${items[0].id}`);
    await page.getByRole("button", { name: "Restart" }).click();
    await page.locator("input[name=confirm]").fill("snapshotter");
    await page.locator("input[name=reason]").fill("a test");
    await page.locator("dialog").getByRole("button", { name: "Restart" }).click();
    await page.locator("dialog .outcome .state.ok").waitFor();
    await page.locator("dialog").getByRole("button", { name: "Close" }).click();
    await until("the restart", async () => (await servers.get(1, "/servers/2/actors?search=snapshotter")).items[0]?.restarts === 1);
    await page.locator("nav.side a", { hasText: "Audit" }).click();
    await page.locator("main table tr", { hasText: "admin-1" }).filter({ hasText: "restartActor" }).filter({ hasText: "a test" }).waitFor();
    await close();
  });

  it("lets one in without a quorum, too", async () => {
    await servers.kill(2);
    await servers.kill(3);
    const { page, close } = await openAs("viewer", "#/actors");
    await page.getByRole("alert").getByText("No quorum.").waitFor();
    await page.locator("main table tbody tr").first().waitFor();
    await close();
  });
});
