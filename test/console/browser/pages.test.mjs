// What any console must do: the mock's, that of three real servers with clients (QUORATE_TEST_CONSOLE_OVER=servers), or one that
// QUORATE_TEST_CONSOLE_URL names.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Ensemble } from "./ensemble.mjs";
import { accessibilityFaults, closeBrowser, NARROW, openPage, screenshot, settled, startMock, visit } from "./support.mjs";

const PAGES = ["ensemble", "actors?sort=busy&order=down", "elections", "sessions", "watches", "tree", "log", "metrics", "slow", "config", "backups", "audit", "audit?tab=log"];

let base;
let mock = null;
let servers = null;

/** Something to see on each page. */
async function startServers() {
  servers = await Ensemble.start();
  await servers.clients();
  servers.admin(1, "backups", "take", "--reason", "before the upgrade");
  const { items } = await servers.get(1, "/servers/self/actors?search=snapshotter");
  servers.admin(1, "-y", "actors", "restart", String(items[0].id), "--reason", "looked stuck");
  servers.admin(1, "slow", "--threshold", "1");
  return servers.url(1);
}

before(async () => {
  base = process.env.QUORATE_TEST_CONSOLE_URL?.replace(/\/$/, "");
  if (!base && process.env.QUORATE_TEST_CONSOLE_OVER === "servers") base = await startServers();
  if (!base) {
    mock = await startMock();
    base = mock.url;
  }
});
after(async () => {
  await closeBrowser();
  mock?.stop();
  await servers?.discard();
});

const shot = (name) => (servers ? `real-${name}` : name);

describe("every page", () => {
  for (const hash of PAGES) {
    const name = hash.replace("?tab=", "-").split("?")[0];
    it(`${name} opens, dark and light, wide and narrow, without a word from the browser`, async () => {
      const { page, close } = await openPage(base, `#/${hash}`);
      await settled(page);
      assert.equal(await page.locator("main [role=alert]").count(), 0);
      await screenshot(page, shot(name));
      await page.emulateMedia({ colorScheme: "light" });
      await screenshot(page, shot(`${name}-light`));
      await page.setViewportSize(NARROW);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= NARROW.width);
      await close();
    });
    it(`${name} is accessible`, async () => {
      const { page, close } = await openPage(base, `#/${hash}`, { bypassCSP: true });
      await settled(page);
      assert.deepEqual(await accessibilityFaults(page), []);
      // The colours are the same over the mock.
      if (!servers) {
        await page.emulateMedia({ colorScheme: "light" });
        assert.deepEqual(await accessibilityFaults(page), []);
      }
      await close();
    });
  }
});

describe("finding one's way", () => {
  it("keeps sort and filter in the address, and opens such an address", async () => {
    const { page, close } = await openPage(base, "#/actors");
    await settled(page);
    await page.getByRole("button", { name: "Msgs/s" }).click();
    await page.getByPlaceholder(/Filter/).fill("link");
    await page.waitForFunction(() => location.hash.includes("sort=messages") && location.hash.includes("q=link"));
    const rows = page.locator("main table tbody tr");
    await page.waitForFunction(() => [...document.querySelectorAll("main table tbody tr")].every((row) => row.textContent.includes("link")));
    assert.equal(await page.locator("th[aria-sort=descending]").textContent(), "Msgs/s▼");
    const shown = await rows.count();
    const address = await page.evaluate(() => location.hash);
    await close();

    const again = await openPage(base, address);
    await settled(again.page);
    assert.equal(await again.page.locator("main table tbody tr").count(), shown);
    assert.equal(await again.page.getByPlaceholder(/Filter/).inputValue(), "link");
    await again.close();
  });

  it("sorts by the column, whichever way", async () => {
    const { page, close } = await openPage(base, "#/actors?sort=id&order=up");
    await settled(page);
    const ids = () => page.locator("main table tbody tr td:nth-child(2)").allTextContents().then((texts) => texts.map(Number));
    const up = await ids();
    assert.ok(up.length > 3);
    assert.deepEqual(up, [...up].sort((a, b) => a - b));
    await page.getByRole("button", { name: "Id" }).click();
    await page.locator("th[aria-sort=descending]").waitFor();
    const down = await ids();
    assert.deepEqual(down, [...down].sort((a, b) => b - a));
    await close();
  });

  it("is driven by keys", async () => {
    const { page, close } = await openPage(base, "#/ensemble");
    await settled(page);
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await page.waitForFunction(() => location.hash === "#/actors");
    await page.locator("a.row").first().waitFor();
    await page.keyboard.press("/");
    assert.ok(await page.evaluate(() => document.activeElement.matches("[data-filter]")));
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "detached" });
    await page.locator("a.row").first().focus();
    await page.keyboard.press("ArrowDown");
    assert.ok(await page.evaluate(() => document.activeElement === document.querySelectorAll("a.row")[1]));
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => /^#\/actors\/\d+$/.test(location.hash));
    await close();
  });

  it("carries the server in each address", async () => {
    const { page, close } = await openPage(base, "#/actors");
    await settled(page);
    await page.locator(".nodes a").nth(1).click();
    await page.waitForFunction(() => location.hash.startsWith("#/s/"));
    await settled(page);
    const other = await page.locator(".nodes a[aria-current] b").textContent();
    await page.locator("main .provenance").first().getByText(`server ${other}`).waitFor();
    assert.match(await page.locator("nav.side a", { hasText: "Sessions" }).getAttribute("href"), new RegExp(`^#/s/${other}/sessions$`));
    await close();
  });

  it("is switched to light and dark", async () => {
    const { page, close } = await openPage(base, "#/ensemble", { scheme: "light" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByRole("button", { name: "Colours: auto" }).click();
    await page.getByRole("button", { name: "Colours: dark" }).waitFor();
    assert.notEqual(await ground(), light);
    await page.reload();
    await page.getByRole("button", { name: "Colours: dark" }).waitFor();
    await close();
  });
});

describe("live", () => {
  it("changes without a reload, over one stream", async () => {
    const { page, close } = await openPage(base, "#/actors?sort=id&order=up");
    const streams = [];
    page.on("request", (request) => request.url().includes("/events") && streams.push(request.url()));
    await settled(page);
    const before = await page.locator("main table").last().textContent();
    const loaded = await page.evaluate(() => window.loadedAt);
    await page.waitForFunction((text) => [...document.querySelectorAll("main table")].at(-1).textContent !== text, before);
    assert.equal(await page.evaluate(() => window.loadedAt), loaded);
    assert.ok(streams.length <= 1, streams.join("\n"));
    await visit(page, "#/sessions");
    await settled(page);
    await page.waitForTimeout(500);
    assert.ok(streams.at(-1).includes("sessions") && !streams.at(-1).includes("actors"));
    await close();
  });

  it("opens an actor's page, with what it handles", async () => {
    const { page, close } = await openPage(base, "#/actors?sort=busy&order=down");
    await settled(page);
    const name = (await page.locator("main table a.row").first().textContent()).trim();
    await page.locator("main table a.row").first().click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await settled(page);
    await page.getByRole("heading", { name: "Messages by kind" }).waitFor();
    await screenshot(page, shot("actor"));
    await close();
  });
});

describe("what is refused", () => {
  it("scripts that are in the page, by the policy", async () => {
    const { page, close } = await openPage(base, "#/ensemble");
    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      try {
        script.textContent = "window.ran = true";
      } catch {
        return "refused";
      }
      document.head.append(script);
      return window.ran ?? "refused";
    });
    assert.equal(ran, "refused");
    const html = await page.evaluate(() => {
      try {
        document.createElement("p").innerHTML = "<b>x</b>";
        return "made";
      } catch {
        return "refused";
      }
    });
    assert.equal(html, "refused");
    // These refusals are what was asked for.
    await page.evaluate(() => (window.refusedByPolicy.length = 0));
    await close().catch((error) => assert.match(error.message, /TrustedHTML|TrustedScript|Content Security Policy|refused/i));
  });
});
