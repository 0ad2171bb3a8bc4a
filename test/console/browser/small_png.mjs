// Screenshots with at most 256 colours: a third of the size, and nobody sees it.
import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** The same picture with a palette. Takes what Chromium makes: 8 bits, RGB or RGBA, not interlaced. */
export function smallPng(png) {
  const { width, height, channels, raw } = decoded(png);
  const pixels = new Uint32Array(width * height);
  for (let at = 0; at < pixels.length; at++) {
    const from = at * channels;
    pixels[at] = (raw[from] << 16) | (raw[from + 1] << 8) | raw[from + 2];
  }
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = paletteOf([...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([pixel]) => pixel));
  const index = new Map(palette.map((pixel, at) => [pixel, at]));
  for (const pixel of counts.keys()) if (!index.has(pixel)) index.set(pixel, nearest(palette, pixel));

  // Each row begins with its filter: none.
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = index.get(pixels[y * width + x]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((pixel) => [pixel >> 16, (pixel >> 8) & 255, pixel & 255]));
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("PLTE", colours), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

/** The most frequent colours that are not much like one before: a small mark in green is not lost to many shades of grey. */
function paletteOf(by_frequency) {
  for (let alike = 100; ; alike *= 1.5) {
    const palette = [];
    for (const pixel of by_frequency) {
      if (palette.length > 256) break;
      if (!palette.some((one, at) => distance(one, pixel) < (at < 24 ? 12 : alike))) palette.push(pixel);
    }
    if (palette.length <= 256) return palette;
  }
}

function distance(one, other) {
  return ((one >> 16) - (other >> 16)) ** 2 + (((one >> 8) & 255) - ((other >> 8) & 255)) ** 2 + ((one & 255) - (other & 255)) ** 2;
}

function nearest(palette, pixel) {
  let best = 0;
  for (let at = 1; at < palette.length; at++) if (distance(palette[at], pixel) < distance(palette[best], pixel)) best = at;
  return best;
}

function decoded(png) {
  const parts = [];
  let header;
  for (let at = 8; at < png.length; ) {
    const size = png.readUInt32BE(at);
    const kind = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + size);
    if (kind === "IHDR") header = body;
    if (kind === "IDAT") parts.push(body);
    at += size + 12;
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[header[9]];
  if (header[8] !== 8 || !channels || header[12] !== 0) throw new Error("not a PNG of Chromium's");
  const lines = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const raw = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = x >= channels ? raw[y * stride + x - channels] : 0;
      const above = y > 0 ? raw[(y - 1) * stride + x] : 0;
      const corner = x >= channels && y > 0 ? raw[(y - 1) * stride + x - channels] : 0;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter];
      raw[y * stride + x] = (lines[y * (stride + 1) + 1 + x] + guess) & 255;
    }
  }
  return { width, height, channels, raw };
}

function paeth(left, above, corner) {
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

const CRC = Uint32Array.from({ length: 256 }, (_, at) => {
  let value = at;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function chunk(kind, body) {
  const named = Buffer.concat([Buffer.from(kind, "latin1"), body]);
  let crc = 0xffffffff;
  for (const byte of named) crc = (crc >>> 8) ^ CRC[(crc ^ byte) & 255];
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(body.length, 0);
  framed.set(named, 4);
  framed.writeUInt32BE((crc ^ 0xffffffff) >>> 0, named.length + 4);
  return framed;
}
