import type { Error as ErrorBody } from "./types";

/** Relative, so that the page also works below a prefix of a proxy. */
export const API = "api/v1";

/** A refusal or a failure, as the server tells it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    text: string,
    readonly remedy: string | null = null,
  ) {
    super(text);
  }
}

/** What a body with an error says; also what stands for one when there is no such body. */
export function refusalOf(status: number, body: unknown): Refusal {
  const error = (body as Partial<ErrorBody> | null)?.error;
  if (error && typeof error.code === "string") return new Refusal(status, error.code, String(error.text ?? ""), error.do ?? null);
  return new Refusal(status, codeOf(status), `The server answered with ${status}.`);
}

function codeOf(status: number): string {
  const codes: Record<number, string> = { 401: "unauthenticated", 403: "forbidden", 404: "not_found", 412: "stale", 502: "not_linked", 503: "unavailable", 504: "timeout" };
  return codes[status] ?? "failed";
}

export function unreachable(): Refusal {
  return new Refusal(0, "unreachable", "The server cannot be reached.", "See whether it runs; the page goes on trying.");
}

export interface Options {
  body?: unknown;
  /** Refuses with `stale` when what was seen has changed since. */
  etag?: string | null;
  /** The identity that the tree is read as; in memory only. */
  identity?: string | null;
  signal?: AbortSignal;
}

/** Sends a request below the API and returns the body; throws a Refusal. */
export async function request<Body>(method: string, path: string, options: Options = {}): Promise<Body> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-Quorate-Console"] = "1";
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.etag) headers["If-Match"] = options.etag;
  if (options.identity) headers["X-Quorate-Identity"] = encodeURIComponent(options.identity);
  let response: Response;
  try {
    response = await fetch(API + path, {
      method,
      headers,
      credentials: "same-origin",
      cache: "no-store",
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw unreachable();
  }
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusalOf(response.status, body);
  if (body === null) throw new Refusal(response.status, "failed", "The server's answer was not understood.");
  return body as Body;
}
