// What an auditor kept from an earlier check; the page's side of since.py.

import { binaryOf, bytesOfBinary, finding, same } from "./bytes.mjs";
import { aligned } from "./compare.mjs";
import { Tree, leafHash } from "./merkle.mjs";
import { logSigned, parseCheckpoint } from "./notes.mjs";
import { noteOf } from "./proofs.mjs";
import { entriesIn } from "./tiles.mjs";
import { CHECKPOINT, checkFiles } from "./manifest.mjs";

const FILE = "--since";

// Also one that was pasted from a mail into an editor of Windows: what that adds is taken away again.
export function olderNote(raw) {
  const plain = binaryOf(raw).replace(/^\xef\xbb\xbf/, "").replaceAll("\r\n", "\n").replace(/\n*$/, "\n");
  return { checkpoint: parseCheckpoint(noteOf(bytesOfBinary(plain)), FILE), leaves: [] };
}

export function olderBundle(files) {
  checkFiles(files);
  const checkpoint = parseCheckpoint(files.read(CHECKPOINT), CHECKPOINT);
  const leaves = entriesIn(files).map(leafHash);
  const whole = leaves.length === checkpoint.size && same(new Tree(leaves).root(), checkpoint.root);
  return { checkpoint, leaves: whole ? leaves : [] };
}

export function* checkOlder({ checkpoint: old, leaves }, checkpoint, tree, keys) {
  if (old.origin !== checkpoint.origin || !keys.some((key) => logSigned(old, key))) {
    yield finding("signature", "old_not_signed", { file: FILE });
    return;
  }
  if (old.size === checkpoint.size && !same(old.root, checkpoint.root)) {
    const index = leaves.length ? aligned(tree.levels[0], leaves).index : null;
    yield finding("edited", "fork", { index, file: FILE, values: [String(old.size)] });
    return;
  }
  const there = tree.levels[0];
  if (old.size > tree.size) {
    if (!leaves.length || there.every((one, at) => same(one, leaves[at]))) {
      yield finding("truncated", "old_longer", { index: tree.size, values: [String(tree.size), String(old.size)] });
    } else yield aligned(there, leaves);
  } else if (!same(tree.root(old.size), old.root)) {
    if (leaves.length) yield aligned(there.slice(0, old.size), leaves, there.slice(old.size));
    else yield finding("edited", "old_rewritten", { index: 0, until: old.size, values: [String(old.size)] });
  }
}
