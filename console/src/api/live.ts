import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { Refusal, refusalOf } from "./client";

/** What is known of a view: its last body stays while newer tries fail. */
export interface News<Body = unknown> {
  body: Body | null;
  error: Refusal | null;
  /** When the body came, by this machine's clock; 0 before the first. */
  at: number;
}

export interface TopicItem {
  topic: string;
  /** Null for a gap: items were missed. */
  data: unknown;
}

/** The part of EventSource that is used. */
export interface Source {
  readyState: number;
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  addEventListener(name: string, handler: (event: { data: string }) => void): void;
  close(): void;
}

export interface Surroundings {
  /** Null where there are no event streams. */
  open: ((url: string) => Source) | null;
  get: (path: string) => Promise<unknown>;
  now: () => number;
  later: (action: () => void, ms: number) => unknown;
  cancel: (timer: unknown) => void;
}

export type Mode = "idle" | "opening" | "live" | "polling";

const NOTHING: News = { body: null, error: null, at: 0 };
const VIEWS_MAX = 8;
const VIEW_LENGTH_MAX = 1000;
const POLL_MS = 2000;
const RETRY_MS = 10_000;
/** A stream that breaks so often without a word is given up for a while. */
const FAILURES_MAX = 2;
const CLOSED = 2;

/**
 * Keeps the views that are held up to date over one stream of events, or by asking again and again where that fails.
 *
 * One stream carries what the open page holds: when that changes it is opened anew, a moment later, so that a page that goes and one that
 * comes cost one stream. Views beyond what one stream may carry are polled.
 */
export class Live {
  private readonly views = new Map<string, { news: Signal<News>; holders: number }>();
  private readonly topics = new Map<string, Set<(item: TopicItem) => void>>();
  private readonly mode_ = signal<Mode>("idle");
  private readonly heard_ = signal(0);
  private source: Source | null = null;
  private carries = "";
  private hidden = false;
  private failures = 0;
  private change: unknown = null;
  private poll: unknown = null;
  private retry: unknown = null;
  /** Called when the server no longer knows who this is. */
  onUnauthenticated: () => void = () => {};

  constructor(private readonly around: Surroundings) {}

  get mode(): ReadonlySignal<Mode> {
    return this.mode_;
  }

  /** When anything was heard from the server. */
  get heard(): ReadonlySignal<number> {
    return this.heard_;
  }

  news(view: string): ReadonlySignal<News> {
    return this.entry(view).news;
  }

  /** Keeps a view up to date until the returned function is called. */
  hold(view: string): () => void {
    this.entry(view).holders++;
    this.changed();
    return once(() => {
      const entry = this.entry(view);
      if (--entry.holders === 0) this.changed();
    });
  }

  /** Calls for each new item of a topic until the returned function is called. */
  listen(topic: string, handler: (item: TopicItem) => void): () => void {
    const handlers = this.topics.get(topic) ?? new Set();
    this.topics.set(topic, handlers.add(handler));
    this.changed();
    return once(() => {
      handlers.delete(handler);
      if (handlers.size === 0) this.topics.delete(topic);
      this.changed();
    });
  }

  /** Nobody looks: nothing is sent. */
  hide(): void {
    this.hidden = true;
    this.changed();
  }

  show(): void {
    if (!this.hidden) return;
    this.hidden = false;
    this.changed();
  }

  /** Forgets all and starts again, as after a login. */
  restart(): void {
    this.failures = 0;
    this.close();
    this.changed();
  }

  /** Asks for a view at once, as after a change of it. */
  async refresh(view: string): Promise<void> {
    try {
      this.tell(view, 200, await this.around.get(view));
    } catch (error) {
      this.failed(view, error);
    }
  }

  private entry(view: string) {
    const entry = this.views.get(view) ?? { news: signal<News>(NOTHING), holders: 0 };
    this.views.set(view, entry);
    return entry;
  }

  private held(): string[] {
    return [...this.views].filter(([, entry]) => entry.holders > 0).map(([view]) => view);
  }

  private changed(): void {
    if (this.change !== null) return;
    this.change = this.around.later(() => {
      this.change = null;
      this.settle();
    }, 30);
  }

  /** Makes what runs what should run. */
  private settle(): void {
    this.forget();
    const held = this.held();
    if (this.hidden || held.length + this.topics.size === 0) {
      this.close();
      this.mode_.value = "idle";
      return;
    }
    if (this.around.open === null || this.failures >= FAILURES_MAX) {
      this.close();
      this.startPolling();
      return;
    }
    const carried = held.filter((view) => view.length <= VIEW_LENGTH_MAX).slice(0, VIEWS_MAX);
    const topics = [...this.topics.keys()].slice(0, VIEWS_MAX);
    const words = [...carried.map((view) => `view=${encodeURIComponent(view)}`), ...topics.map((topic) => `topic=${encodeURIComponent(topic)}`)];
    const url = `/events?${words.join("&")}`;
    if (this.source === null || this.carries !== url) this.open(url, new Set(topics));
    this.schedulePoll();
  }

  /** Views that nobody has held for a while do not pile up. */
  private forget(): void {
    const free = [...this.views].filter(([, entry]) => entry.holders === 0);
    for (const [view] of free.slice(0, Math.max(0, free.length - 40))) this.views.delete(view);
  }

  private open(url: string, topics: Set<string>): void {
    this.close();
    this.mode_.value = "opening";
    this.carries = url;
    const source = this.around.open!(url);
    this.source = source;
    const alive = () => {
      if (this.source !== source) return false;
      this.failures = 0;
      this.mode_.value = "live";
      this.heard_.value = this.around.now();
      return true;
    };
    source.onopen = () => void alive();
    source.onerror = () => {
      if (this.source === source) this.broken(source);
    };
    source.addEventListener("view", (event) => {
      if (!alive()) return;
      const news = parsed(event.data) as { view?: string; status?: number; body?: unknown } | null;
      if (news && typeof news.view === "string") this.tell(news.view, news.status ?? 200, news.body);
    });
    source.addEventListener("gap", () => {
      if (alive()) for (const [topic, handlers] of this.topics) handlers.forEach((handler) => handler({ topic, data: null }));
    });
    for (const name of new Set([...topics].map((topic) => topic.split(":")[0]!))) {
      source.addEventListener(name, (event) => {
        if (!alive()) return;
        for (const [topic, handlers] of this.topics) {
          if (topic.split(":")[0] === name) handlers.forEach((handler) => handler({ topic, data: parsed(event.data) }));
        }
      });
    }
  }

  private broken(source: Source): void {
    this.failures += source.readyState === CLOSED ? FAILURES_MAX : 1;
    if (this.failures < FAILURES_MAX) {
      this.mode_.value = "opening";
      return;
    }
    this.close();
    this.changed();
  }

  private startPolling(): void {
    if (this.mode_.value !== "polling") {
      this.mode_.value = "polling";
      this.retry = this.around.later(() => {
        this.retry = null;
        this.failures = 0;
        this.changed();
      }, RETRY_MS);
      void this.pollNow();
    } else if (this.poll === null) {
      this.schedulePoll();
    }
  }

  private schedulePoll(): void {
    if (this.poll !== null || this.polled().length === 0) return;
    this.poll = this.around.later(() => {
      this.poll = null;
      void this.pollNow();
    }, POLL_MS);
  }

  /** The views that no stream carries. */
  private polled(): string[] {
    const held = this.held();
    if (this.mode_.value === "polling") return held;
    const carried = new Set(held.filter((view) => view.length <= VIEW_LENGTH_MAX).slice(0, VIEWS_MAX));
    return held.filter((view) => !carried.has(view));
  }

  private async pollNow(): Promise<void> {
    const views = this.polled();
    await Promise.all(views.map((view) => this.refresh(view)));
    if (!this.hidden) this.schedulePoll();
  }

  private tell(view: string, status: number, body: unknown): void {
    this.heard_.value = this.around.now();
    const entry = this.views.get(view);
    if (!entry) return;
    if (status >= 200 && status < 300) entry.news.value = { body, error: null, at: this.around.now() };
    else this.failed(view, refusalOf(status, body));
  }

  private failed(view: string, error: unknown): void {
    const refusal = error instanceof Refusal ? error : refusalOf(0, null);
    // Whoever refuses is there.
    if (refusal.status !== 0) this.heard_.value = this.around.now();
    const entry = this.views.get(view);
    if (entry) entry.news.value = { ...entry.news.value, error: refusal };
    if (refusal.code === "unauthenticated") this.onUnauthenticated();
  }

  private close(): void {
    this.source?.close();
    this.source = null;
    this.carries = "";
    for (const timer of [this.poll, this.retry]) if (timer !== null) this.around.cancel(timer);
    this.poll = this.retry = null;
    if (this.mode_.value === "polling") this.mode_.value = "idle";
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
