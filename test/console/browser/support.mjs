// What the browser tests share: Chromium, a page that tells all it complains of, and screenshots.
//
//   QUORATE_TEST_CONSOLE_DIR          where the page and its node_modules are (default console/)
//   QUORATE_TEST_CONSOLE_URL          a console that runs; without it the mock is started
//   QUORATE_TEST_CONSOLE_SCREENSHOTS  a directory for screenshots, each of 1360x850; those of the mock go to `mock` in it
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { smallPng } from "./small_png.mjs";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
export const CONSOLE = resolve(process.env.QUORATE_TEST_CONSOLE_DIR ?? join(ROOT, "console"));
const from_console = createRequire(join(CONSOLE, "package.json"));
const { chromium } = from_console("playwright-core");
const AXE = from_console.resolve("axe-core/axe.min.js");

export const WIDE = { width: 1360, height: 850 };
export const NARROW = { width: 800, height: 850 };
/** Machines are slow at times. */
export const PATIENCE_MS = 60_000;

let browser = null;
let is_mock = false;

export async function openBrowser() {
  browser ??= await chromium.launch({ executablePath: process.env.QUORATE_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--force-color-profile=srgb", "--hide-scrollbars"] });
  return browser;
}

export async function closeBrowser() {
  await browser?.close();
  browser = null;
}

/** The mock, on a port of its own. */
export async function startMock() {
  const { serve } = await import(pathToFileURL(join(CONSOLE, "mock/server.mjs")).href);
  const server = await serve(0);
  is_mock = true;
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    control: (path) => fetch(`${url}/mock/${path}`, { method: "POST" }),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A page, and what went wrong in it: errors, refusals by the content security policy, requests to others. */
export async function openPage(base, hash = "", { scheme = "dark", size = WIDE, mock = "", bypassCSP = false } = {}) {
  const context = await (await openBrowser()).newContext({ viewport: size, colorScheme: scheme, bypassCSP, reducedMotion: "reduce" });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // What the server refuses is said by the page; the browser says it, too.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) wrong.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(base).origin) wrong.push(`request to another: ${request.url()}`);
  });
  await page.addInitScript(() => {
    window.refusedByPolicy = [];
    document.addEventListener("securitypolicyviolation", (event) => window.refusedByPolicy.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
    window.loadedAt = performance.timeOrigin;
  });
  await page.goto(`${base}/${mock ? `?mock=${mock}` : ""}${hash}`);
  await page.locator("main").waitFor();
  return {
    page,
    async close() {
      const refused = await page.evaluate(() => window.refusedByPolicy);
      await context.close();
      assert.deepEqual([...wrong, ...refused], []);
    },
  };
}

/** A click on a link within the page: the hash changes, the document stays. */
export async function visit(page, hash) {
  await page.evaluate((to) => (location.hash = to), hash);
}

export async function settled(page) {
  await page.waitForFunction(() => document.querySelector("main .panel, main .lede") && !document.querySelector("main .loading"));
}

export async function screenshot(page, name) {
  const all = process.env.QUORATE_TEST_CONSOLE_SCREENSHOTS;
  if (!all) return;
  const directory = is_mock ? join(all, "mock") : all;
  mkdirSync(directory, { recursive: true });
  await page.setViewportSize(WIDE);
  writeFileSync(join(directory, `${name}.png`), smallPng(await page.screenshot({ animations: "disabled" })));
}

/** What axe-core finds, in words. */
export async function accessibilityFaults(page) {
  await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${node.any[0]?.message ?? ""})`).join("; ")}`);
}
