// The tree over the entries; the page's side of merkle.py. Source: RFC 6962, section 2.1.

import { same } from "./bytes.mjs";
import { sha256 } from "./sha.mjs";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(entry) {
  return sha256(LEAF, entry);
}

function nodeHash(left, right) {
  return sha256(NODE, left, right);
}

// The whole subtrees that a tree of this size is made of, from left to right: [height, place].
export function peaks(size) {
  const found = [];
  let start = 0;
  for (let height = 52; height >= 0; height -= 1) {
    const width = 2 ** height;
    if (Math.floor(size / width) % 2) {
      found.push([height, start / width]);
      start += width;
    }
  }
  return found;
}

export function folded(hashes) {
  if (!hashes.length) return sha256(new Uint8Array(0));
  return hashes.slice(0, -1).reduceRight((root, left) => nodeHash(left, root), hashes[hashes.length - 1]);
}

export class Tree {
  constructor(leaves) {
    this.size = leaves.length;
    this.levels = [leaves];
    for (let below = leaves; below.length > 1; below = this.levels[this.levels.length - 1]) {
      const level = [];
      for (let at = 0; at + 1 < below.length; at += 2) level.push(nodeHash(below[at], below[at + 1]));
      this.levels.push(level);
    }
  }

  root(size = this.size) {
    return folded(peaks(size).map(([height, place]) => this.levels[height][place]));
  }

  node(height, place) {
    return this.levels[height]?.[place] ?? null;
  }
}

// The root that this path leads to, and the place of each of its hashes; null if the length does not fit the size.
export function included(leaf, index, size, path) {
  if (index >= size) return null;
  let [height, place, last, root] = [0, index, size - 1, leaf];
  const places = [];
  for (const sibling of path) {
    if (last === 0) return null;
    if (place % 2 || place === last) {
      for (; place % 2 === 0; height += 1) [place, last] = [place / 2, Math.floor(last / 2)];
      places.push([height, place - 1]);
      root = nodeHash(sibling, root);
    } else {
      places.push([height, place + 1]);
      root = nodeHash(root, sibling);
    }
    [place, last, height] = [Math.floor(place / 2), Math.floor(last / 2), height + 1];
  }
  return last === 0 ? { root, places } : null;
}

// The subtrees that a proof vouches for: [height, place, hash]; null if it does not lead to the root.
export function proven(proof, leaf, checkpoint) {
  const reached = included(leaf, proof.index, checkpoint.size, proof.path);
  if (reached === null || !same(reached.root, checkpoint.root)) return null;
  const places = reached.places.map(([height, place], at) => [height, place, proof.path[at]]);
  return [[0, proof.index, leaf], ...places.filter(([height, place]) => (place + 1) * 2 ** height <= checkpoint.size)];
}
