import { describe, expect, it } from "vitest";
import type { ElectionEvent } from "../src/api/types";
import { lastLoss, ledBefore, merge, reasonOf, stages } from "../src/logic/timeline";

const event = (seq: number, at_ms: number, kind: ElectionEvent["event"], more: Partial<ElectionEvent> = {}): ElectionEvent => ({ seq, at_ms, event: kind, text: "", ...more });

describe("the timeline", () => {
  it("merges by time, newest first", () => {
    const all = merge(new Map([[1, [event(2, 300, "following"), event(1, 100, "looking")]], [2, [event(1, 200, "leading")]]]));
    expect(all.map((one) => [one.teller, one.at_ms])).toEqual([[1, 300], [2, 200], [1, 100]]);
  });
  it("makes stages, the last one open", () => {
    const made = stages(1, [event(3, 900, "left"), event(2, 300, "leading", { epoch: 4 }), event(1, 100, "started")], 1000);
    expect(made.map((stage) => [stage.kind, stage.from, stage.to, stage.open])).toEqual([["looking", 100, 300, false], ["leading", 300, 900, false], ["looking", 900, 1000, true]]);
    expect(made[1]!.epoch).toBe(4);
  });
  it("knows from those who followed what a server that was killed has forgotten", () => {
    const told = new Map([
      [1, [event(3, 500, "left", { leader: 2 }), event(2, 110, "following", { leader: 2, epoch: 7 }), event(1, 50, "started")]],
      [2, [event(1, 900, "started")]],
      [3, [event(3, 480, "left", { leader: 2 }), event(2, 100, "following", { leader: 2, epoch: 7 }), event(1, 50, "started")]],
    ]);
    expect(ledBefore(2, told, 1000)).toEqual([{ server: 2, kind: "leading", from: 100, to: 500, open: false, epoch: 7 }]);
    expect(ledBefore(1, told, 1000)).toEqual([]);
    told.set(2, [event(2, 100, "leading", { epoch: 7 }), event(1, 60, "started")]);
    expect(ledBefore(2, told, 1000)).toEqual([]);
  });
  it("does not go back in time when a clock does", () => {
    for (const stage of stages(1, [event(2, 50, "leading"), event(1, 100, "looking")], 60)) expect(stage.to).toBeGreaterThanOrEqual(stage.from);
  });
  it("says the reason of a loss in words, also one it does not know", () => {
    expect(reasonOf(event(1, 0, "left", { reason: "leader_silent" }))).toBe("No word came from the leader for too long.");
    expect(reasonOf(event(1, 0, "left", { reason: "moon_in_the_way" }))).toBe("Moon in the way.");
    expect(reasonOf(event(1, 0, "leading", { reason: "leader_silent" }))).toBeNull();
  });
});

describe("the last loss", () => {
  const history = new Map([
    [1, [event(4, 520, "leading", { epoch: 8 }), event(3, 310, "left", { reason: "leader_silent" }), event(2, 100, "following"), event(1, 50, "looking")]],
    [2, [event(3, 300, "left", { reason: "fsync_stall", text: "Its disk took 3 s." }), event(2, 100, "leading", { epoch: 7 }), event(1, 50, "looking")]],
  ]);
  it("is told by who led, with why and how long nobody did", () => {
    const loss = lastLoss(merge(history))!;
    expect(loss.event.teller).toBe(2);
    expect(loss.why).toBe("Its disk took 3 s.");
    expect(loss.gap_ms).toBe(220);
    expect(loss.next?.teller).toBe(1);
  });
  it("is told by those who followed, when the leader was killed", () => {
    const killed = new Map([
      [1, [event(4, 520, "leading", { epoch: 8 }), event(3, 310, "left", { leader: 2, reason: "leader_silent", text: "No word." }), event(2, 100, "following", { leader: 2 })]],
      [2, [event(1, 900, "started")]],
    ]);
    const loss = lastLoss(merge(killed))!;
    expect([loss.leader, loss.why, loss.gap_ms]).toEqual([2, "No word.", 210]);
  });
  it("is none when one that followed left alone, and came back", () => {
    const alone = new Map([[1, [event(4, 400, "following", { leader: 2 }), event(3, 310, "left", { leader: 2, reason: "link_down" }), event(2, 100, "following", { leader: 2 })]], [2, [event(2, 100, "leading")]]]);
    expect(lastLoss(merge(alone))).toBeNull();
  });
  it("has no end while nobody leads", () => {
    const loss = lastLoss(merge(new Map([[2, history.get(2)!]])))!;
    expect([loss.gap_ms, loss.next]).toEqual([null, null]);
  });
  it("is none where nobody lost anything", () => {
    expect(lastLoss(merge(new Map([[1, [event(2, 200, "leading"), event(1, 100, "looking")]]])))).toBeNull();
  });
});
