// What a browser has to fetch, compressed, is bounded: the page is part of a server's program.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET = 120 * 1024;
const dist = fileURLToPath(new URL("../dist", import.meta.url));
const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
let total = 0;
for (const file of files) total += gzipSync(readFileSync(join(file.parentPath, file.name)), { level: 9 }).length;
console.log(`${files.length} files, ${(total / 1024).toFixed(1)} KiB gzipped of ${BUDGET / 1024} KiB`);
if (total > BUDGET) {
  console.error("The page is too large.");
  process.exit(1);
}
