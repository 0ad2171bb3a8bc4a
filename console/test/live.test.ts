import { beforeEach, describe, expect, it } from "vitest";
import { Refusal } from "../src/api/client";
import { Live, type Source, type TopicItem } from "../src/api/live";

class FakeSource implements Source {
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  private handlers = new Map<string, (event: { data: string }) => void>();
  constructor(readonly url: string) {}
  addEventListener(name: string, handler: (event: { data: string }) => void) {
    this.handlers.set(name, handler);
  }
  close() {
    this.closed = true;
  }
  send(name: string, data: unknown) {
    this.handlers.get(name)?.({ data: typeof data === "string" ? data : JSON.stringify(data) });
  }
}

/** Time and the network, as the tests want them. */
class Fake {
  time = 1000;
  sources: FakeSource[] = [];
  asked: string[] = [];
  answer: (path: string) => Promise<unknown> = async (path) => ({ of: path });
  private timers: { at: number; action: () => void }[] = [];
  live = this.make(true);

  make(streams: boolean) {
    return new Live({
      open: streams ? (url) => (this.sources.push(new FakeSource(url)), this.sources.at(-1)!) : null,
      get: (path) => (this.asked.push(path), this.answer(path)),
      now: () => this.time,
      later: (action, ms) => {
        const timer = { at: this.time + ms, action };
        this.timers.push(timer);
        return timer;
      },
      cancel: (timer) => (this.timers = this.timers.filter((one) => one !== timer)),
    });
  }

  async pass(ms: number) {
    const end = this.time + ms;
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers = this.timers.filter((timer) => timer !== due);
      this.time = Math.max(this.time, due.at);
      due.action();
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    }
    this.time = end;
  }

  get open() {
    return this.sources.filter((source) => !source.closed);
  }
}

let fake: Fake;
beforeEach(() => {
  fake = new Fake();
});

describe("the stream", () => {
  it("carries what the page holds, over one connection", async () => {
    fake.live.hold("/ensemble");
    fake.live.hold("/servers/2/actors?sort=busy");
    fake.live.listen("log:warn", () => {});
    await fake.pass(100);
    expect(fake.sources).toHaveLength(1);
    const url = new URL(fake.sources[0]!.url, "http://x");
    expect(url.searchParams.getAll("view")).toEqual(["/ensemble", "/servers/2/actors?sort=busy"]);
    expect(url.searchParams.getAll("topic")).toEqual(["log:warn"]);
  });

  it("opens anew when the page changes, and not when it holds the same", async () => {
    const release = fake.live.hold("/a");
    await fake.pass(100);
    release();
    fake.live.hold("/a");
    await fake.pass(100);
    expect(fake.sources).toHaveLength(1);
    fake.live.hold("/b");
    await fake.pass(100);
    expect(fake.sources).toHaveLength(2);
    expect(fake.open).toHaveLength(1);
  });

  it("keeps the last body when a view fails, and says so", async () => {
    fake.live.hold("/a");
    await fake.pass(100);
    const [source] = fake.sources;
    source!.send("view", { view: "/a", status: 200, body: { n: 1 } });
    source!.send("view", { view: "/a", status: 502, body: { error: { code: "not_linked", text: "No link.", do: "See whether it runs." } } });
    const news = fake.live.news("/a").value;
    expect(news.body).toEqual({ n: 1 });
    expect(news.error).toMatchObject({ code: "not_linked", message: "No link.", remedy: "See whether it runs." });
    source!.send("view", { view: "/a", status: 200, body: { n: 2 } });
    expect(fake.live.news("/a").value.error).toBeNull();
  });

  it("takes no harm from what it does not understand", async () => {
    fake.live.hold("/a");
    await fake.pass(100);
    for (const nonsense of ["", "{", "null", "[]", '{"view":7}', '{"view":"/unknown","status":200}']) fake.sources[0]!.send("view", nonsense);
    expect(fake.live.news("/a").value.body).toBeNull();
  });

  it("ends while nobody looks, and begins again", async () => {
    fake.live.hold("/a");
    await fake.pass(100);
    fake.live.hide();
    await fake.pass(100);
    expect(fake.open).toHaveLength(0);
    expect(fake.live.mode.value).toBe("idle");
    await fake.pass(60_000);
    expect(fake.asked).toEqual([]);
    fake.live.show();
    await fake.pass(100);
    expect(fake.open).toHaveLength(1);
  });

  it("tells items of topics, and gaps", async () => {
    const items: TopicItem[] = [];
    const release = fake.live.listen("log:warn", (item) => items.push(item));
    await fake.pass(100);
    fake.sources[0]!.send("log", { seq: 4 });
    fake.sources[0]!.send("gap", {});
    expect(items).toEqual([{ topic: "log:warn", data: { seq: 4 } }, { topic: "log:warn", data: null }]);
    release();
    await fake.pass(100);
    expect(fake.open).toHaveLength(0);
  });

  it("knows when it last heard anything", async () => {
    fake.live.hold("/a");
    await fake.pass(100);
    fake.sources[0]!.send("view", { view: "/a", status: 200, body: {} });
    const heard = fake.live.heard.value;
    await fake.pass(7000);
    expect(fake.live.heard.value).toBe(heard);
    expect(fake.time - heard).toBeGreaterThan(5000);
  });

  it("ignores a connection that it has closed", async () => {
    fake.live.hold("/a");
    await fake.pass(100);
    fake.live.hold("/b");
    await fake.pass(100);
    fake.sources[0]!.send("view", { view: "/a", status: 200, body: { late: true } });
    expect(fake.live.news("/a").value.body).toBeNull();
  });
});

describe("without a stream", () => {
  it("asks again and again when the server refuses it, and tries it later", async () => {
    fake.live.hold("/a");
    await fake.pass(100);
    fake.sources[0]!.readyState = 2;
    fake.sources[0]!.onerror!();
    await fake.pass(100);
    expect(fake.live.mode.value).toBe("polling");
    expect(fake.live.news("/a").value.body).toEqual({ of: "/a" });
    await fake.pass(4100);
    expect(fake.asked.length).toBe(3);
    await fake.pass(6000);
    expect(fake.sources).toHaveLength(2);
    fake.sources[1]!.onopen!();
    expect(fake.live.mode.value).toBe("live");
    const before = fake.asked.length;
    await fake.pass(20_000);
    expect(fake.asked.length).toBe(before);
  });

  it("gives a broken connection one more try", async () => {
    fake.live.hold("/a");
    await fake.pass(100);
    fake.sources[0]!.readyState = 0;
    fake.sources[0]!.onerror!();
    await fake.pass(100);
    expect(fake.live.mode.value).toBe("opening");
    fake.sources[0]!.onerror!();
    await fake.pass(100);
    expect(fake.live.mode.value).toBe("polling");
  });

  it("polls where there are no event streams at all", async () => {
    const live = fake.make(false);
    live.hold("/a");
    await fake.pass(2200);
    expect(fake.asked.length).toBe(2);
    expect(fake.sources).toEqual([]);
  });

  it("polls what one stream may not carry", async () => {
    for (let at = 0; at < 10; at++) fake.live.hold(`/v${at}`);
    fake.live.hold(`/long?search=${"x".repeat(1001)}`);
    await fake.pass(2500);
    expect(new URL(fake.sources[0]!.url, "http://x").searchParams.getAll("view")).toHaveLength(8);
    expect(fake.asked.map((path) => path.slice(0, 5)).sort()).toEqual(["/long", "/v8", "/v9"]);
  });

  it("says when nobody is logged in any more", async () => {
    let told = 0;
    fake.live.onUnauthenticated = () => told++;
    fake.answer = async () => {
      throw new Refusal(401, "unauthenticated", "Log in.");
    };
    await fake.live.refresh("/a");
    expect(told).toBe(1);
  });

  it("hears a refusal, but not silence", async () => {
    fake.live.hold("/a");
    fake.answer = async () => {
      throw new Refusal(0, "unreachable", "");
    };
    await fake.live.refresh("/a");
    expect(fake.live.heard.value).toBe(0);
    expect(fake.live.news("/a").value.error?.code).toBe("unreachable");
    fake.answer = async () => {
      throw new Refusal(503, "unavailable", "");
    };
    await fake.live.refresh("/a");
    expect(fake.live.heard.value).toBe(fake.time);
  });
});
