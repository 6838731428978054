// Where hashes and entries lie in a bundle; the page's side of tiles.py. Source: C2SP tlog-tiles, 2026-07-22.

import { Unreadable, joined, same } from "./bytes.mjs";
import { Tree, folded, peaks } from "./merkle.mjs";

export const HEIGHT = 8;
const WIDTH = 256;
const HASH_BYTES = 32;
const TILE = /^log\/tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;
export const ENTRIES = "entries";

export function path(level, number, width) {
  const digits = String(number);
  const padded = digits.padStart(Math.max(1, Math.ceil(digits.length / 3)) * 3, "0");
  const parts = padded.match(/.../g);
  const whole = [...parts.slice(0, -1).map((one) => `x${one}`), parts[parts.length - 1]].join("/");
  return `log/tile/${level}/${whole}${width === WIDTH ? "" : `.p/${width}`}`;
}

export function layout(size) {
  const found = [];
  for (let [level, hashes] = [0, size]; hashes > 0; [level, hashes] = [level + 1, Math.floor(hashes / WIDTH)]) {
    for (let number = 0; number < Math.floor(hashes / WIDTH); number += 1) found.push([level, number, WIDTH]);
    if (hashes % WIDTH) found.push([level, Math.floor(hashes / WIDTH), hashes % WIDTH]);
  }
  return found;
}

// What is there: [level, number, width, name].
function tileNames(files) {
  const found = [];
  for (const name of files.names) {
    if (name.startsWith("log/tile/")) {
      const parts = TILE.exec(name);
      if (parts === null) throw new Unreadable("name_refused", name);
      const number = Number(parts[2].replace(/[x/]/g, ""));
      const width = Number(parts[3] ?? WIDTH);
      if (width > WIDTH || name !== path(parts[1], number, width)) throw new Unreadable("name_refused", name);
      found.push([parts[1], number, width, name]);
    }
  }
  return found;
}

export function entriesIn(files) {
  const found = [];
  const there = tileNames(files).filter(([level]) => level === ENTRIES);
  there.sort((one, other) => one[1] - other[1] || one[2] - other[2]);
  for (const [, , , name] of there) for (const entry of split(files.read(name), name)) found.push(entry);
  return found;
}

export function split(raw, name) {
  const found = [];
  for (let at = 0; at < raw.length; ) {
    const start = at + 2;
    const end = start + ((raw[at] << 8) | raw[at + 1]);
    if (start > raw.length || end > raw.length) throw new Unreadable("file_cut", name);
    found.push(raw.subarray(start, end));
    at = end;
  }
  return found;
}

export function expectedTile(tree, level, number, width) {
  return joined(...tree.levels[level * HEIGHT].slice(number * WIDTH, number * WIDTH + width));
}

// The tiles of hashes: "level/number" to hashes; of two with one number, the wider.
export function hashTiles(files) {
  const widest = new Map();
  for (const [level, number, width, name] of tileNames(files)) {
    const key = `${level}/${number}`;
    if (level !== ENTRIES && !(widest.get(key)?.width > width)) widest.set(key, { width, name });
  }
  const found = new Map();
  for (const [key, { name }] of widest) {
    if (files.size(name) > WIDTH * HASH_BYTES) throw new Unreadable("tile_too_large", name);
    const raw = files.read(name);
    const hashes = [];
    for (let at = 0; at + HASH_BYTES <= raw.length; at += HASH_BYTES) hashes.push(raw.subarray(at, at + HASH_BYTES));
    found.set(key, hashes);
  }
  return found;
}

// The hashes of these tiles that a tree of this size and root must have: by level, by place.
export function trustedNodes(tiles, size, root) {
  const trusted = new Map();
  const tops = peaks(size).map(([height, place]) => peak(tiles, height, place));
  if (tops.includes(null) || !same(folded(tops), root)) return trusted;
  for (const [height, place] of peaks(size)) {
    const count = 2 ** (height % HEIGHT);
    trust(tiles, trusted, Math.floor(height / HEIGHT), place * count, count);
  }
  return trusted;
}

function peak(tiles, height, place) {
  const count = 2 ** (height % HEIGHT);
  const first = place * count;
  const tile = tiles.get(`${Math.floor(height / HEIGHT)}/${Math.floor(first / WIDTH)}`) ?? [];
  const taken = tile.slice(first % WIDTH, (first % WIDTH) + count);
  return taken.length === count ? new Tree(taken).root() : null;
}

function trust(tiles, trusted, level, first, count) {
  for (let place = first; place < first + count; place += 1) {
    const hashed = tiles.get(`${level}/${Math.floor(place / WIDTH)}`)[place % WIDTH];
    if (!trusted.has(level)) trusted.set(level, new Map());
    trusted.get(level).set(place, hashed);
    const below = level ? (tiles.get(`${level - 1}/${place}`) ?? []) : [];
    if (below.length === WIDTH && same(new Tree(below).root(), hashed)) trust(tiles, trusted, level - 1, place * WIDTH, WIDTH);
  }
}

export function missingOrExtra(files, size) {
  const wanted = new Set();
  for (const [level, number, width] of layout(size)) {
    wanted.add(path(level, number, width));
    if (level === 0) wanted.add(path(ENTRIES, number, width));
  }
  const there = files.names.filter((name) => name.startsWith("log/tile/"));
  return [[...wanted].filter((name) => !files.has(name)).sort(), there.filter((name) => !wanted.has(name))];
}
