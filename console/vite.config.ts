import { defineConfig } from "vitest/config";

// Whatever the page needs at run time comes from these; the rest is ours and must not touch markup (build/rules.mjs).
const vendor = /node_modules\/(preact|@preact|uplot)\//;

export default defineConfig({
  // The server may be reached below a prefix of a proxy.
  base: "./",
  server: { proxy: { "/api": "http://127.0.0.1:8090" } },
  build: {
    target: "es2022",
    modulePreload: false,
    // An inlined image would be a data: URL, which the content security policy refuses.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // The server sends an ETag with each; names stay, so that a change is a change of content.
        entryFileNames: "assets/app.js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/[name][extname]",
        codeSplitting: { groups: [{ name: "vendor", test: vendor }] },
      },
    },
  },
  test: { environment: "happy-dom", include: ["test/**/*.test.ts", "test/**/*.test.tsx"] },
});
