// Evidence files; the page's side of evidence.py.

import { finding, hexOf, own } from "./bytes.mjs";
import { sha256 } from "./sha.mjs";

export const EVIDENCE_FOLDER = "belege/";

export function* checkEvidence(files, entries, covered, missing) {
  const named = namedIn(entries);
  const there = files.names.filter((name) => name.startsWith(EVIDENCE_FOLDER));
  for (const file of there) {
    const digest = file.slice(EVIDENCE_FOLDER.length);
    const [index, size] = named.get(digest) ?? [null, null];
    if (hexOf(sha256(files.read(file))) !== digest || (size !== null && files.size(file) !== size)) {
      yield finding("edited", "evidence_differs", { index, file });
    } else if (index === null) yield finding("inserted", "evidence_of_nothing", { file });
  }
  const admitted = new Set([...missing, ...there.map((name) => name.slice(EVIDENCE_FOLDER.length))]);
  for (const { index, attachments } of covered) {
    for (const [digest] of attachments) {
      if (!admitted.has(digest)) yield finding("removed", "evidence_missing", { index, file: `${EVIDENCE_FOLDER}${digest}` });
    }
  }
}

// By digest: the first entry that names it, and its length if any says one.
function namedIn(entries) {
  const found = new Map();
  for (const { index, data, attachments } of entries) {
    for (const member of ["document_sha256", "payment_sha256"]) {
      const digest = own(data, member);
      if (typeof digest === "string" && !found.has(digest)) found.set(digest, [index, null]);
    }
    for (const [digest, size] of attachments) {
      const [first, known] = found.get(digest) ?? [index, null];
      found.set(digest, [first, known ?? size]);
    }
  }
  return found;
}
