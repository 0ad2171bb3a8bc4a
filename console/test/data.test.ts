// @vitest-environment node
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bytesOf, dataOf, fromBase64, hexRows, inflate, isGzip, jsonOf, textOf, toBase64 } from "../src/logic/data";
import { diffLines, folded } from "../src/logic/diff";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("data", () => {
  it("is text, base64 or nothing", () => {
    expect(textOf(bytesOf("grüße"))).toBe("grüße");
    expect([...bytesOf({ base64: "/wA=" })]).toEqual([255, 0]);
    expect(bytesOf(null)).toHaveLength(0);
    expect(dataOf(bytes("a"))).toBe("a");
    expect(dataOf(new Uint8Array([255]))).toEqual({ base64: "/w==" });
  });
  it("keeps a byte order mark", () => {
    expect(dataOf(bytesOf({ base64: "77u/YQ==" }))).toBe("\ufeffa");
  });
  it("turns any bytes to base64 and back", () => {
    const all = Uint8Array.from({ length: 20_000 }, (_, at) => (at * 31) & 255);
    expect(fromBase64(toBase64(all))).toEqual(all);
    expect(() => fromBase64("not base64!")).toThrow();
  });
  it("takes for JSON only what is", () => {
    expect(jsonOf(bytes('{"a":1}'))).toBe('{\n  "a": 1\n}');
    expect(jsonOf(bytes("12"))).toBeNull();
    expect(jsonOf(bytes("{nearly}"))).toBeNull();
  });
  it("shows sixteen bytes a row", () => {
    const [first, second] = hexRows(bytes("0123456789abcdef\u0001~"));
    expect(first).toEqual({ offset: "00000000", hex: "30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66 ".padEnd(49), text: "0123456789abcdef" });
    expect(second!.offset).toBe("00000010");
    expect(second!.text).toBe(".~");
    expect(second!.hex).toHaveLength(first!.hex.length);
    expect(hexRows(new Uint8Array())).toEqual([]);
  });
  it("inflates gzip, up to a limit", async () => {
    const packed = Uint8Array.from(gzipSync(Buffer.alloc(1_000_000, 65)));
    expect(isGzip(packed)).toBe(true);
    expect(isGzip(bytes("plain text that is long enough"))).toBe(false);
    const all = await inflate(packed);
    expect([all.bytes.length, all.cut]).toEqual([1_000_000, false]);
    const some = await inflate(packed, 1000);
    expect([some.bytes.length, some.cut]).toEqual([1000, true]);
    await expect(inflate(packed.slice(0, 40))).rejects.toThrow();
  });
});

describe("differences", () => {
  const shown = (before: string, after: string) => diffLines(before, after).map((line) => ({ same: " ", added: "+", removed: "-" })[line.kind] + line.text);
  it("shows what was removed before what was added", () => {
    expect(shown("a\nb\nc", "a\nx\nc")).toEqual([" a", "-b", "+x", " c"]);
    expect(shown("", "a")).toEqual(["+a"]);
    expect(shown("a", "")).toEqual(["-a"]);
    expect(shown("a\nb", "a\nb")).toEqual([" a", " b"]);
  });
  it("finds the shortest change, and its lines make both texts", () => {
    const random = (seed: number) => () => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff);
    for (let seed = 1; seed <= 200; seed++) {
      const next = random(seed);
      const text = () => Array.from({ length: Math.floor(next() * 12) + 1 }, () => "abc"[Math.floor(next() * 3)]).join("\n");
      const [before, after] = [text(), text()];
      const lines = diffLines(before, after);
      expect(lines.filter((line) => line.kind !== "added").map((line) => line.text).join("\n")).toBe(before);
      expect(lines.filter((line) => line.kind !== "removed").map((line) => line.text).join("\n")).toBe(after);
    }
  });
  it("does not take the square of very many lines", () => {
    const many = (letter: string) => Array.from({ length: 20_000 }, (_, at) => `${letter}${at}`).join("\n");
    expect(diffLines(many("a"), many("b"))).toHaveLength(40_000);
  });
  it("leaves out what stays the same", () => {
    const before = Array.from({ length: 50 }, (_, at) => String(at)).join("\n");
    const lines = folded(diffLines(before, before.replace("25", "x")), 2);
    expect(lines[0]).toBeNull();
    expect(lines.at(-1)).toBeNull();
    expect(lines).toHaveLength(2 + 2 + 2 + 2);
  });
});
