// What comes from servers and clients is text, never markup. No source may make markup of strings, nor may what is built from them; of
// what others wrote, Preact alone mentions it, for a property that no source uses, and the page's own policy (trusted types) refuses it.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const FORBIDDEN = [
  [/innerHTML|outerHTML|insertAdjacentHTML|dangerouslySet|document\.write|createContextualFragment|DOMParser|setHTMLUnsafe|srcdoc/, "makes markup of strings"],
  [/\beval\s*\(|new Function\b|javascript:/, "makes code of strings"],
];
const FORBIDDEN_IN_PAGE = [
  [/<script(?![^>]*\ssrc=)[^>]*>/i, "inline script"],
  [/<style|\sstyle=|\son\w+=/i, "inline style or handler"],
  [/(src|href)="(https?:)?\/\//i, "something of a third party"],
];

/** What is wrong with a text, by its name. */
export function faults(name, text) {
  const rules = name.endsWith(".html") ? [...FORBIDDEN, ...FORBIDDEN_IN_PAGE] : name.endsWith("vendor.js") ? FORBIDDEN.slice(1) : FORBIDDEN;
  return rules.filter(([pattern]) => pattern.test(text)).map(([, what]) => `${name}: ${what}`);
}

/** Preact's own, and not one more. */
export function vendorFaults(text) {
  const found = text.match(/\.innerHTML\s*=/g)?.length ?? 0;
  return found <= 1 ? [] : [`vendor.js sets innerHTML at ${found} places, Preact does at one`];
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(tsx?|m?js|html|svg|css)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = [...filesBelow("src"), ...filesBelow("dist"), "index.html"];
  const wrong = names.filter((name) => name !== "index.html").flatMap((name) => faults(name, readFileSync(join(root, name), "utf8")));
  wrong.push(...vendorFaults(readFileSync(join(root, "dist/assets/vendor.js"), "utf8")));
  console.log(wrong.length === 0 ? `${names.length} files make no markup of strings` : wrong.join("\n"));
  process.exit(wrong.length === 0 ? 0 : 1);
}
