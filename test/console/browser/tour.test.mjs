// The page over three real servers with clients, as an operator goes through it on a day when the leader was lost. Its screenshots are
// those of docs/console.md and README.md.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Ensemble, until } from "./ensemble.mjs";
import { closeBrowser, openPage, screenshot, settled } from "./support.mjs";

let servers;
let lost;
before(async () => {
  servers = await Ensemble.start();
  await servers.clients();
});
after(async () => {
  await closeBrowser();
  await servers?.discard();
});

/** Rates and times are of the last seconds: for who will look at the picture. */
async function rest(milliseconds) {
  if (process.env.QUORATE_TEST_CONSOLE_SCREENSHOTS) await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function toured(hash, look) {
  const { page, close } = await openPage(servers.url(1), hash);
  await settled(page);
  await look(page);
  await close();
}

describe("a tour", () => {
  it("finds who leads, after the leader was killed and came back", async () => {
    lost = await servers.leader();
    const witness = servers.others(lost)[0];
    const { page, close } = await openPage(servers.url(witness), "#/ensemble");
    await settled(page);
    await servers.kill(lost);
    await page.locator("article.card.bad", { hasText: `Server ${lost}` }).waitFor();
    const next = await servers.leader();
    servers.run(lost);
    await page.locator("article.card.lead h2", { hasText: `Server ${next}` }).waitFor();
    await page.waitForFunction(() => document.querySelectorAll("article.card").length === 3 && !document.querySelector("article.card.bad"));
    await page.getByText("Survives 1 more loss").first().waitFor();
    await rest(6000);
    await screenshot(page, "ensemble");
    await close();
  });

  it("finds why there was an election", async () => {
    await toured("#/elections", async (page) => {
      await page.locator("main table tr.bad").first().waitFor();
      await page.locator(".lede", { hasText: `Server ${lost} ceased to lead` }).waitFor();
      // It has forgotten that itself.
      await page.locator(".lanes .leading title", { hasText: `Server ${lost} leads epoch` }).waitFor({ state: "attached" });
      await screenshot(page, "elections");
    });
  });

  it("finds the busiest actor, and what it handles", async () => {
    await toured("#/actors?sort=busy&order=down", async (page) => {
      await rest(2500);
      await screenshot(page, "actors");
      await page.locator("main table a.row", { hasText: "proposal" }).first().click();
      await page.getByRole("heading", { level: 1, name: "proposal" }).waitFor();
      await page.getByRole("button", { name: "Trace 30 s" }).click();
      await page.getByRole("group", { name: "Last messages" }).locator("tbody tr").nth(10).waitFor();
      await rest(4000);
      await screenshot(page, "actor");
    });
  });

  it("finds who holds a lock, and who waits for it", async () => {
    const holder = await until("a holder", async () => {
      const { items } = await servers.get(1, "/servers/self/tree/children?path=/locks/billing");
      return items.map((item) => item.name).sort()[0];
    });
    await toured(`#/tree?path=/locks/billing/${holder}`, async (page) => {
      const owner = page.locator(".facts a", { hasText: /^0x/ }).first();
      await owner.waitFor();
      await screenshot(page, "lock");
      const session = await owner.textContent();
      await owner.click();
      await page.getByRole("heading", { level: 1, name: session }).waitFor();
      await page.getByRole("link", { name: `/locks/billing/${holder}` }).waitFor();
      await screenshot(page, "session");
    });
  });

  it("lists sessions and watches", async () => {
    await toured("#/sessions?sort=ephemerals&order=down", async (page) => {
      await page.getByText(/^1–\d+ of \d+$/).waitFor();
      assert.ok((await page.locator("main table tbody tr").count()) >= 36);
      await screenshot(page, "sessions");
    });
    await toured("#/watches", (page) => page.locator("main table a", { hasText: "/config/payments" }).waitFor());
  });

  it("finds where the time of slow requests went", async () => {
    // The one with the most clients: one that was killed and came back has none.
    const clients = async (id) => (await servers.get(1, `/servers/${id}/status`)).connections;
    const counts = await Promise.all([1, 2, 3].map(clients));
    const owner = 1 + counts.indexOf(Math.max(...counts));
    servers.admin(1, "--server", String(owner), "slow", "--threshold", "2");
    await until("slow requests", async () => {
      // Its writes wait for the others: long enough to be slow, and too short for anybody to give the other up.
      await servers.pause(servers.others(owner), 100);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return (await servers.get(1, `/servers/${owner}/slow`)).items.length > 4;
    });
    await toured(`#/s/${owner}/slow`, async (page) => {
      await page.locator("main table tbody tr").nth(3).waitFor();
      await screenshot(page, "slow");
    });
  });

  it("shows the last hour", async () => {
    await toured("#/metrics", async (page) => {
      await page.locator("main canvas").nth(8).waitFor();
      await rest(1000);
      await screenshot(page, "metrics");
    });
  });
});
