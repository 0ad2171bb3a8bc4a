// What only the mock can be made to do: states, roles, hostile content, acts and their refusals.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { accessibilityFaults, closeBrowser, openPage, screenshot, settled, startMock } from "./support.mjs";

let mock;
before(async () => {
  mock = await startMock();
});
afterEach(() => mock.control("reset"));
after(async () => {
  await closeBrowser();
  mock.stop();
});

const open = (hash, words = "", more = {}) => openPage(mock.url, hash, { mock: words, ...more });

describe("states", () => {
  it("no quorum: says so on every page, and goes on showing what it knows", async () => {
    const { page, close } = await open("#/actors", "no_quorum");
    await settled(page);
    await page.getByRole("alert").getByText("No quorum.").waitFor();
    assert.ok((await page.locator("main table tbody tr").count()) > 5);
    await page.locator("nav.side a", { hasText: "Ensemble" }).click();
    await page.getByText("No quorum: 1 more voter is needed.").waitFor();
    await screenshot(page, "no-quorum");
    await close();
  });

  it("not linked: names the server and what helps, and leads back", async () => {
    const { page, close } = await open("#/s/3/actors", "not_linked");
    const trouble = page.locator("main [role=alert]").first();
    await trouble.getByText("Not linked").waitFor();
    assert.match(await trouble.textContent(), /no link to server 3.*See whether it runs/is);
    await page.locator(".nodes a", { hasText: "1" }).first().click();
    await settled(page);
    assert.equal(await page.locator("main [role=alert]").count(), 0);
    await close();
  });

  it("stale: greyed after 5 s of silence, with its age", async () => {
    const { page, close } = await open("#/ensemble", "silent");
    await settled(page);
    await page.locator(".shell.stale").waitFor();
    assert.match(await page.locator(".connection").textContent(), /stale, \d+ s old/);
    await close();
  });

  it("no stream: asks every 2 s instead", async () => {
    const { page, close } = await open("#/ensemble", "no_stream");
    await page.getByText("asking every 2 s").waitFor();
    const age = () => page.locator("article.card").first().textContent();
    const before = await age();
    await page.waitForFunction((text) => document.querySelector("article.card").textContent !== text, before);
    await close();
  });

  it("empty: says so", async () => {
    const { page, close } = await open("#/sessions", "empty");
    await page.getByText("There are no sessions.").waitFor();
    await close();
  });

  it("failing: shows the error and what helps", async () => {
    const { page, close } = await open("#/backups", "failing");
    await page.locator("main [role=alert]").first().getByText("This failed on purpose.").waitFor();
    await close();
  });

  it("a page that is none", async () => {
    const { page, close } = await open("#/nowhere");
    await page.getByText("There is no page “nowhere”.").waitFor();
    await close();
  });
});

describe("who may", () => {
  it("is asked for a token, and told when it is none", async () => {
    const { page, close } = await open("#/actors", "login");
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("Nobody has this token.").waitFor();
    await screenshot(page, "login");
    await page.getByLabel("Token").fill("viewer-token");
    await page.getByRole("button", { name: "Log in" }).click();
    await settled(page);
    assert.match(await page.locator(".who").textContent(), /viewer/);
    assert.equal(await page.evaluate(() => location.hash), "#/actors");
    await page.getByRole("button", { name: "log out" }).click();
    await page.getByLabel("Token").waitFor();
    await close();
  });

  it("login is accessible", async () => {
    const { page, close } = await open("", "login", { bypassCSP: true });
    await page.getByLabel("Token").waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await close();
  });

  it("a viewer sees what it may not do, and why", async () => {
    const { page, close } = await open("#/ensemble", "viewer");
    await settled(page);
    const stop = page.locator("article.card").first().getByRole("button", { name: /^Stop/ });
    assert.equal(await stop.getAttribute("aria-disabled"), "true");
    assert.match(await stop.getAttribute("title"), /Needs the role admin/);
    await stop.click({ force: true });
    assert.equal(await page.locator("dialog").count(), 0);
    await page.locator("nav.side a", { hasText: "Audit" }).click();
    await page.getByText("Needs the role operator").waitFor();
    await close();
  });

  it("nobody changes anything where the console is read-only", async () => {
    const { page, close } = await open("#/actors/8", "read_only");
    await settled(page);
    assert.match(await page.getByRole("button", { name: /^Restart/ }).getAttribute("title"), /read-only/);
    await close();
  });
});

describe("acting", () => {
  it("restarts an actor after its name and a reason were typed", async () => {
    const { page, close } = await open("#/actors/8");
    await settled(page);
    await page.getByRole("button", { name: "Restart" }).click();
    const dialog = page.getByRole("dialog");
    const go = dialog.getByRole("button", { name: "Restart" });
    assert.ok(await go.isDisabled());
    await dialog.locator("input[name=confirm]").fill("link");
    assert.ok(await go.isDisabled());
    await dialog.locator("input[name=reason]").fill("it hangs");
    await screenshot(page, "restart");
    await go.click();
    await dialog.getByText("It was restarted.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.locator("nav.side a", { hasText: "Actors" }).click();
    await page.locator("main table tr", { hasText: "asked for: it hangs" }).waitFor();
    await page.locator("nav.side a", { hasText: "Audit" }).click();
    await page.locator("main table tr", { hasText: "it hangs" }).waitFor();
    await page.locator("main table tr", { hasText: "outcome unknown" }).waitFor();
    await close();
  });

  it("shows a refusal because of what has changed", async () => {
    const { page, close } = await open("#/ensemble", "stale_etag");
    await settled(page);
    await page.locator("article.card").nth(1).getByRole("button", { name: "Drain" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.locator("input[name=confirm]").fill("2");
    await dialog.locator("input[name=reason]").fill("update");
    await dialog.getByRole("button", { name: "Drain" }).click();
    await dialog.getByText("It has changed since it was seen.").waitFor();
    await dialog.getByText("Look again, then decide.").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await close();
  });

  it("traces an actor, whose messages then have times", async () => {
    const { page, close } = await open("#/actors/8");
    await settled(page);
    await page.getByText("None: they are kept only while it is traced.").waitFor();
    await page.getByRole("button", { name: "Trace 30 s" }).click();
    await page.getByRole("button", { name: "End trace" }).waitFor();
    const messages = page.getByRole("group", { name: "Last messages" }).locator("tbody tr");
    await messages.first().waitFor();
    await messages.filter({ hasText: "link to server 2" }).first().waitFor();
    // The view has 40; more of them come as news.
    await messages.nth(60).waitFor();
    await page.getByRole("button", { name: "End trace" }).click();
    await page.getByRole("button", { name: "Trace 30 s" }).waitFor();
    await close();
  });

  it("sees the leader lost and another one elected, without a reload", async () => {
    const { page, close } = await open("#/elections");
    await settled(page);
    const loaded = await page.evaluate(() => window.loadedAt);
    const lost = "Server 2 ceased to lead";
    await mock.control("lose-leader");
    await page.locator("main table tr", { hasText: "Leads epoch 8" }).waitFor();
    await page.locator("main table tr", { hasText: "Server 2, the leader, was silent" }).first().waitFor();
    await page.locator("nav.side a", { hasText: "Ensemble" }).click();
    await page.getByText("Survives no further loss.").waitFor();
    await page.locator("article.card.bad", { hasText: "Server 2" }).waitFor();
    assert.equal(await page.locator("article.card.lead h2").textContent(), "Server 3");
    assert.equal(await page.evaluate(() => window.loadedAt), loaded, lost);
    await close();
  });

  it("closes a session that holds a lock", async () => {
    const { page, close } = await open("#/tree?path=/locks/billing/lock-0000000017");
    await settled(page);
    await screenshot(page, "lock");
    await page.locator(".facts a", { hasText: "0x1100020" }).click();
    await page.getByRole("heading", { level: 1, name: "0x1100020" }).waitFor();
    await page.getByRole("link", { name: "/locks/billing/lock-0000000017" }).waitFor();
    await screenshot(page, "session");
    await page.getByRole("button", { name: "Close" }).click();
    await page.locator("input[name=confirm]").fill("0x1100020");
    await page.locator("input[name=reason]").fill("holder is gone");
    await page.getByRole("button", { name: "Close the session" }).click();
    await page.getByText("The session is closed.").waitFor();
    await close();
  });
});

describe("nodes", () => {
  it("shows what changes before it saves, and refuses what others changed", async () => {
    const { page, close } = await open("#/tree?path=/config/search");
    await settled(page);
    await page.getByRole("button", { name: "Edit" }).click();
    const text = page.getByRole("textbox", { name: "Data" });
    await text.fill((await text.inputValue()).replace("shards = 12", "shards = 16"));
    await page.getByRole("button", { name: /Look at the change/ }).click();
    assert.match(await page.locator(".diff .removed").textContent(), /shards = 12/);
    assert.match(await page.locator(".diff .added").textContent(), /shards = 16/);
    await screenshot(page, "diff");
    const seen = await (await fetch(`${mock.url}/api/v1/servers/1/tree/node?path=/config/search`)).json();
    await fetch(`${mock.url}/api/v1/servers/1/tree/node?path=/config/search`, { method: "PUT", headers: { "X-Quorate-Console": "1" }, body: JSON.stringify({ data: "other", version: seen.stat.version, reason: "faster" }) });
    await page.locator("input[name=reason]").fill("more room");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(/has version \d+, not \d+/).waitFor();
    await page.getByRole("button", { name: "Cancel" }).last().click();
    await close();
  });

  it("inflates gzip for view, and shows bytes", async () => {
    const { page, close } = await open("#/tree?path=/config/blob");
    await page.getByText(/inflated from/).waitFor();
    await page.locator("pre", { hasText: '"packed": true' }).waitFor();
    await page.getByRole("button", { name: "as stored" }).click();
    await page.locator("pre", { hasText: "00000000  1f 8b 08" }).waitFor();
    await close();
  });

  it("reads as an identity that leaves no trace", async () => {
    const { page, close } = await open("#/tree?path=/config/secret");
    await page.getByText(/anybody may not read it/).waitFor();
    await page.getByRole("button", { name: "Change…" }).first().click();
    await page.getByPlaceholder("digest:user:password").fill("digest:alice:secret");
    await page.getByRole("button", { name: "Use" }).click();
    await page.locator("pre", { hasText: "hunter2" }).waitFor();
    assert.match(await page.locator(".summary").first().textContent(), /as digest:alice/);
    const kept = await page.evaluate(() => JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie + location.href);
    assert.doesNotMatch(kept, /secret:|alice/);
    assert.doesNotMatch(await page.content(), /alice:secret/);
    await close();
  });

  it("finds paths, follows a node's change into the log, and asks for more of many children", async () => {
    const { page, close } = await open("#/tree");
    await settled(page);
    await page.getByPlaceholder(/Search all paths/).fill("item-0000002399");
    await page.getByRole("link", { name: "/queues/mail/item-0000002399" }).click();
    await page.waitForFunction(() => location.hash.includes("item-0000002399"));
    await page.getByRole("button", { name: /more of 2,400/ }).waitFor();
    const before = await page.locator("[role=treeitem]").count();
    await page.getByRole("button", { name: /more of 2,400/ }).click();
    await page.waitForFunction((count) => document.querySelectorAll("[role=treeitem]").length > count, before);
    await page.locator(".facts a", { hasText: /^7\./ }).first().click();
    await page.waitForFunction(() => /#\/log\?zxid=7\./.test(location.hash));
    await page.locator("main table tbody tr.lead").waitFor();
    await close();
  });

  it("shows hostile names and data as text", async () => {
    const { page, close } = await open("#/tree?path=/hostile");
    await settled(page);
    await page.locator("[role=treeitem] a", { hasText: "<script>alert(1)<∕script>" }).first().click();
    await page.locator("pre", { hasText: '<script>document.title = "owned"</script>' }).waitFor();
    assert.doesNotMatch(await page.title(), /owned/);
    for (const name of ["onerror=alert", "\\u202eevil", "line one\\nline two", "very-long-"]) {
      await page.locator("[role=treeitem] a", { hasText: name }).first().click();
      await settled(page);
    }
    assert.equal(await page.locator("main script, main img").count(), 0);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 1360);
    await screenshot(page, "hostile");
    await close();
  });
});

describe("many sessions", () => {
  it("are sorted, searched and paged by the server", async () => {
    const { page, close } = await open("#/sessions?sort=ephemerals&order=down");
    await settled(page);
    await page.getByText("1–100 of 100,000").waitFor();
    assert.equal(await page.locator("main table tbody tr").count(), 100);
    await page.getByRole("button", { name: "Last page" }).click();
    await page.getByText("99,901–100,000 of 100,000").waitFor();
    await page.getByPlaceholder(/Search/).fill("0x1100abc");
    await page.getByText("1–1 of 1", { exact: true }).waitFor();
    assert.match(await page.evaluate(() => location.hash), /q=0x1100abc/);
    await close();
  });
});
