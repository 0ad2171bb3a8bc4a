import type { Data } from "../api/types";

/** The data of a node, and how it may be looked at. */

export function bytesOf(data: Data | undefined): Uint8Array<ArrayBuffer> {
  if (data === null || data === undefined) return new Uint8Array();
  return typeof data === "string" ? new TextEncoder().encode(data) : fromBase64(data.base64);
}

/** As the API takes it: text, where it is some. */
export function dataOf(bytes: Uint8Array): Data {
  return textOf(bytes) ?? { base64: toBase64(bytes) };
}

/** Null for what is not UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

export function jsonOf(bytes: Uint8Array): string | null {
  const text = textOf(bytes);
  if (text === null || !/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** Throws on what is not base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/\s/g, "")), (letter) => letter.charCodeAt(0));
}

export interface HexRow {
  offset: string;
  hex: string;
  text: string;
}

/** Sixteen bytes a row; what is not printable ASCII is a dot. */
export function hexRows(bytes: Uint8Array): HexRow[] {
  const rows: HexRow[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = Array.from(bytes.subarray(at, at + 16));
    const pairs = row.map((byte) => byte.toString(16).padStart(2, "0"));
    rows.push({
      offset: at.toString(16).padStart(8, "0"),
      hex: `${pairs.slice(0, 8).join(" ")}  ${pairs.slice(8).join(" ")}`.padEnd(49),
      text: row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join(""),
    });
  }
  return rows;
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 17 && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
}

/** What a gzip stream holds, up to a limit: a few bytes may hold very many. */
export async function inflate(bytes: Uint8Array<ArrayBuffer>, bytes_max = 4 << 20): Promise<{ bytes: Uint8Array<ArrayBuffer>; cut: boolean }> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || size >= bytes_max) break;
    parts.push(value);
    size += value.length;
  }
  const cut = size >= bytes_max;
  if (cut) void reader.cancel();
  const all = new Uint8Array(Math.min(size, bytes_max));
  let at = 0;
  for (const part of parts) {
    const fits = part.subarray(0, all.length - at);
    all.set(fits, at);
    at += fits.length;
  }
  return { bytes: all, cut };
}
