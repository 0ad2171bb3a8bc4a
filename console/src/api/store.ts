import { computed, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { parseRoute, hrefOf, type Query } from "../logic/route";
import { API, Refusal, request } from "./client";
import { Live, type News, type TopicItem } from "./live";
import type { Ensemble, Me } from "./types";

/** What the whole page shares. */

export const live = new Live({
  open: "EventSource" in globalThis ? (url) => new EventSource(API + url) as never : null,
  get: (path) => request("GET", path),
  now: () => Date.now(),
  later: (action, ms) => setTimeout(action, ms),
  cancel: (timer) => clearTimeout(timer as number),
});

export const me = signal<Me | null>(null);
/** Whether a token is asked for. */
export const locked = signal(false);
export const route = signal(parseRoute(location.hash));
/** Counts up the seconds, for ages in view. */
export const now = signal(Date.now());
/** The identity that the tree is read as, `scheme:id`; never stored. */
export const identity = signal<string | null>(null);

export const STALE_MS = 5000;
/** For how long nothing was heard; 0 while that is no worry. */
export const stale_ms = computed(() => {
  const heard = live.heard.value;
  const silent = now.value - heard;
  return heard > 0 && silent > STALE_MS && live.mode.value !== "idle" ? silent : 0;
});

export const ENSEMBLE = "/ensemble";

export const ensemble = computed(() => live.news(ENSEMBLE).value.body as Ensemble | null);

/** The id of the server whose page this is, where it is known. */
export const server_id = computed(() => {
  const named = route.value.server;
  return named === "self" ? (me.value?.server ?? null) : Number(named);
});

export function link(page: string, item: string | number | null = null, query: Query = {}, server = route.value.server): string {
  return hrefOf(server, page, item, query);
}

export function go(href: string): void {
  location.hash = href;
}

/** Changes the query of the open page without a step in the history. */
export function refine(changes: Query): void {
  const at = route.value;
  const query: Query = { ...Object.fromEntries(at.query), ...changes };
  history.replaceState(null, "", hrefOf(at.server, at.page, at.item, query));
  route.value = parseRoute(location.hash);
}

/** A path below the server that the page is about. */
export function ofServer(path: string): string {
  return `/servers/${route.value.server}${path}`;
}

/** A view, kept up to date while it is shown. While another one is fetched, as with another order, the one before stays. */
export function useView<Body>(view: string | null): News<Body> & { fresh: boolean } {
  useEffect(() => (view === null ? undefined : live.hold(view)), [view]);
  const before = useRef<{ news: News<Body>; stem: string } | null>(null);
  const news = (view === null ? { body: null, error: null, at: 0 } : live.news(view).value) as News<Body>;
  const stem = view?.split("?")[0] ?? "";
  if (news.body !== null || news.error !== null) before.current = { news, stem };
  const fresh = news.body !== null || news.error !== null;
  if (!fresh && before.current?.stem === stem) return { ...before.current.news, fresh: false };
  return { ...news, fresh };
}

export function useTopic(topic: string | null, handler: (item: TopicItem) => void): void {
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(() => (topic === null ? undefined : live.listen(topic, (item) => latest.current(item))), [topic]);
}

export interface Fetched<Body> extends News<Body> {
  loading: boolean;
  reload: () => void;
}

/** A GET that is no view: asked once, and again on demand. */
export function useFetch<Body>(path: string | null, as: string | null = null): Fetched<Body> {
  const news = useSignal<News<Body>>({ body: null, error: null, at: 0 });
  const loading = useSignal(false);
  const round = useSignal(0);
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (path === null) return;
    const ending = new AbortController();
    const stem = path.split("?")[0]!;
    if (shown.current !== stem) news.value = { body: null, error: null, at: 0 };
    shown.current = stem;
    loading.value = true;
    request<Body>("GET", path, { identity: as, signal: ending.signal })
      .then((body) => {
        if (!ending.signal.aborted) news.value = { body, error: null, at: Date.now() };
      })
      .catch((error: unknown) => {
        if (ending.signal.aborted) return;
        news.value = { ...news.peek(), error: error instanceof Refusal ? error : null };
        if (error instanceof Refusal && error.code === "unauthenticated") live.onUnauthenticated();
      })
      .finally(() => {
        if (!ending.signal.aborted) loading.value = false;
      });
    return () => ending.abort();
  }, [path, as, round.value]);
  return { ...news.value, loading: loading.value, reload: () => round.value++ };
}

export async function whoAmI(): Promise<void> {
  try {
    me.value = await request<Me>("GET", "/me");
    locked.value = me.value.role === "none";
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) locked.value = true;
  }
}

live.onUnauthenticated = () => void whoAmI();
