export interface Route {
  /** An id or self. */
  server: string;
  page: string;
  /** What follows the page, as an actor's id. */
  item: string | null;
  query: URLSearchParams;
}

export const HOME = "ensemble";

/** `#/s/2/actors/7?sort=busy`; what is not understood leads home. */
export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#\/?/, "");
  const mark = text.indexOf("?");
  const query = new URLSearchParams(mark < 0 ? "" : text.slice(mark + 1));
  const parts = (mark < 0 ? text : text.slice(0, mark)).split("/").filter((part) => part !== "").map(decode);
  let server = "self";
  if (parts[0] === "s" && /^(self|[0-9]{1,3})$/.test(parts[1] ?? "")) {
    server = parts[1]!;
    parts.splice(0, 2);
  }
  return { server, page: parts[0] ?? HOME, item: parts[1] ?? null, query };
}

export type Query = Record<string, string | number | boolean | null | undefined>;

/** What is empty or false is left out, so that equal views have equal links. */
export function queryOf(query: Query): string {
  const kept = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false);
  return kept.length === 0 ? "" : `?${kept.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&")}`;
}

export function hrefOf(server: string, page: string, item: string | number | null = null, query: Query = {}): string {
  const prefix = server === "self" ? "#/" : `#/s/${server}/`;
  return `${prefix}${page}${item === null ? "" : `/${encodeURIComponent(String(item))}`}${queryOf(query)}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
