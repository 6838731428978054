// Where a log differs from what was signed, and what happened there; the page's side of compare.py.

import { binaryOf, finding, same } from "./bytes.mjs";

// `trusted`: height to place to hash. `frames`: what each entry says of its place, null where it cannot be read.
export function difference(tree, size, trusted, frames) {
  const known = trusted.get(0) ?? new Map();
  if (known.size >= size) return aligned(tree.levels[0], Array.from({ length: size }, (_, place) => known.get(place)));
  const [start, end] = bounds(tree, size, trusted);
  return seam(tree.size, size, frames, start, end);
}

export function aligned(there, wanted, after = []) {
  const shorter = Math.min(there.length, wanted.length);
  let index = 0;
  while (index < shorter && same(there[index], wanted[index])) index += 1;
  const values = [String(there.length), String(wanted.length)];
  if (index === shorter) {
    if (there.length < wanted.length) return finding("truncated", "log_truncated", { index: there.length, values });
    return finding("inserted", "entries_beyond", { index: wanted.length, values });
  }
  const within = (hashes, hash) => new Set(hashes.map(binaryOf)).has(binaryOf(hash));
  const comesLater = within(wanted.slice(index + 1), there[index]);
  const standsLater = within([...there.slice(index + 1), ...after], wanted[index]);
  if (comesLater && standsLater) return finding("edited", "entry_moved", { index });
  if (comesLater) return finding("removed", "entry_removed", { index });
  if (standsLater) return finding("inserted", "entry_inserted", { index });
  if (there.length < wanted.length) return finding("removed", "entry_removed", { index });
  if (there.length > wanted.length) return finding("inserted", "entry_inserted", { index });
  return finding("edited", "entry_edited", { index });
}

function holds(tree, height, place, hashed) {
  const node = tree.node(height, place);
  return node !== null && same(node, hashed);
}

function bounds(tree, size, trusted) {
  const wrong = [];
  for (const [height, nodes] of trusted) {
    const width = 2 ** height;
    for (const [place, hashed] of nodes) {
      if (!holds(tree, height, place, hashed)) wrong.push([place * width, (place + 1) * width]);
    }
  }
  let start = 0;
  for (let step = holding(tree, trusted, start); step !== null; step = holding(tree, trusted, start)) start = step;
  const limit = Math.max(size, tree.size);
  const stops = wrong.filter(([, stop]) => stop > start).map(([, stop]) => stop);
  return [start, stops.reduce((least, stop) => Math.min(least, stop), limit)];
}

function holding(tree, trusted, start) {
  for (const height of [...trusted.keys()].sort((one, other) => other - one)) {
    const width = 2 ** height;
    const hashed = start % width === 0 ? trusted.get(height).get(start / width) : undefined;
    if (hashed !== undefined && holds(tree, height, start / width, hashed)) return start + width;
  }
  return null;
}

function seam(there, wanted, frames, start, end) {
  const first = firstSeam(frames);
  if (first !== null && first.index >= start) return first;
  const values = [String(there), String(wanted)];
  const until = end === start + 1 ? null : end;
  if (there < wanted) {
    if (end > there) return finding("truncated", "log_truncated", { index: there, values });
    return finding("removed", "entry_removed", { index: start, until });
  }
  if (there > wanted) return finding("inserted", "entry_inserted", { index: start, until });
  return finding("edited", "entry_edited", { index: start, until });
}

function firstSeam(frames) {
  let recorded = "";
  const numbers = new Set(frames.map((frame) => frame?.logIndex));
  for (let index = 0; index < frames.length; index += 1) {
    const frame = frames[index];
    if (frame === null) return finding("edited", "entry_edited", { index });
    if (frame.logIndex > index) {
      return numbers.has(index) ? finding("edited", "entry_moved", { index }) : finding("removed", "entry_removed", { index });
    }
    if (frame.logIndex < index || frame.recordedAt <= recorded) return finding("inserted", "entry_inserted", { index });
    recorded = frame.recordedAt;
  }
  return null;
}
