import { describe, expect, it } from "vitest";
import { age, bytes, clock, count, duration, latency, micros, percent, plural, short, skew } from "../src/logic/format";

describe("numbers", () => {
  it("says – for what is unknown, and never for zero", () => {
    for (const format of [count, short, bytes, micros, duration, percent]) {
      expect(format(null)).toBe("–");
      expect(format(undefined)).toBe("–");
      expect(format(0)).toMatch(/^0/);
    }
  });
  it("keeps numbers short", () => {
    expect(short(0.25)).toBe("0.25");
    expect(short(9999)).toBe("9,999");
    expect(short(12_345)).toBe("12.3 k");
    expect(short(1_204_000)).toBe("1.2 M");
    expect(count(1_204_000)).toBe("1,204,000");
  });
  it("counts bytes by 1024", () => {
    expect(bytes(1023)).toBe("1023 B");
    expect(bytes(1024)).toBe("1 KiB");
    expect(bytes(1.5 * 1024 ** 3)).toBe("1.5 GiB");
  });
  it("chooses the unit of times", () => {
    expect(micros(7.25)).toBe("7.3 µs");
    expect(micros(1500)).toBe("1.5 ms");
    expect(micros(2_500_000)).toBe("2.5 s");
    expect(duration(999)).toBe("999 ms");
    expect(latency(0.04, 0)).toBe("< 1 ms");
    expect(latency(0.04, 3)).toBe("< 1 ms, max 3 ms");
    expect(latency(null, null)).toBe("–");
    expect(duration(61_000)).toBe("1 min 1 s");
    expect(duration(26 * 3600_000)).toBe("1 d 2 h");
    expect(age(7900)).toBe("7 s");
    expect(age(-5)).toBe("0 s");
    expect(skew(-35)).toBe("−35 ms");
    expect(skew(0)).toBe("0 ms");
  });
  it("shows the date only of other days", () => {
    const noon = new Date(2026, 10, 23, 12, 0, 5).getTime();
    expect(clock(noon, noon + 1000)).toBe("12:00:05");
    expect(clock(noon, noon + 86_400_000)).toBe("2026-11-23 12:00:05");
  });
  it("counts one and many", () => {
    expect(plural(1, "watch", "watches")).toBe("1 watch");
    expect(plural(2000, "loss", "losses")).toBe("2,000 losses");
  });
});
