// The list of files, and what the bundle says it is about; the page's side of manifest.py.

import { Unreadable, finding, hexOf, own, textOf } from "./bytes.mjs";
import { NotCanonical, parsed } from "./canonical.mjs";
import { isObject } from "./entries.mjs";
import { sha256 } from "./sha.mjs";

const MANIFEST = "MANIFEST.sha256";
export const ABOUT = "bundle.json";
export const CHECKPOINT = "log/checkpoint";
const FORMAT = "lotse-bundle@v1";
const LINE = /^([0-9a-f]{64})  ([A-Za-z0-9._/-]+)$/;
const REQUIRED = [
  MANIFEST,
  ABOUT,
  "LIESMICH.txt",
  "policy.txt",
  CHECKPOINT,
  "openings.jsonl",
  "belegliste.csv",
  "soll_ist.csv",
  "journal.hledger",
  "journal.beancount",
  "verify.html",
];
const KNOWN = /^(?:log\/tile\/.+|proofs\/(?:0|[1-9][0-9]{0,15})\.tlog-proof|belege\/[0-9a-f]{64})$/;

export function checkFiles(files) {
  for (const name of [MANIFEST, ABOUT, CHECKPOINT]) if (!files.has(name)) throw new Unreadable("file_missing", name);
}

export function readAbout(files) {
  const raw = files.read(ABOUT);
  const ends = raw[raw.length - 1] === 10;
  let value;
  try {
    value = parsed(ends ? raw.subarray(0, -1) : raw);
  } catch (fault) {
    if (fault instanceof NotCanonical) throw new Unreadable("not_canonical", ABOUT);
    throw fault;
  }
  if (!ends || !isObject(value) || own(value, "format") !== FORMAT) throw new Unreadable("other_format", ABOUT);
  const [origin, recordedTo, validTo] = ["origin", "recorded_to", "valid_to"].map((name) => own(value, name) ?? "");
  const [grants, belegeMissing] = [own(value, "grants"), own(value, "belege_missing")];
  const texts = (list) => Array.isArray(list) && list.every((one) => typeof one === "string");
  const well = [origin, recordedTo, validTo].every((one) => typeof one === "string") && typeof own(value, "size") === "number";
  if (!well || !texts(grants) || !texts(belegeMissing)) throw new Unreadable("other_format", ABOUT);
  return { origin, size: value.size, recordedTo, validTo, grants, belegeMissing };
}

export function* differences(files, expected) {
  const listed = listedIn(files.read(MANIFEST));
  if (expected !== null && hexOf(sha256(files.read(MANIFEST))) !== expected) {
    yield finding("edited", "manifest_differs", { file: MANIFEST });
  }
  const there = files.names.filter((name) => name !== MANIFEST);
  for (const name of [...listed.keys()].sort()) if (!files.has(name)) yield finding("removed", "file_not_there", { file: name });
  for (const name of there) if (!listed.has(name)) yield finding("inserted", "file_not_listed", { file: name });
  for (const name of there) {
    if (listed.has(name) && hexOf(sha256(files.read(name))) !== listed.get(name)) {
      yield finding("edited", "file_differs", { file: name });
    }
  }
  for (const name of [...REQUIRED].sort()) if (!files.has(name)) yield finding("removed", "file_missing", { file: name });
  for (const name of files.names) {
    if (!REQUIRED.includes(name) && !KNOWN.test(name)) yield finding("inserted", "file_unknown", { file: name });
  }
}

function listedIn(raw) {
  const text = textOf(raw);
  const lines = text === null ? [""] : text.split("\n");
  const found = new Map();
  let before = "";
  for (const line of lines.slice(0, -1)) {
    const parts = LINE.exec(line);
    if (parts === null || (found.size && parts[2] <= before)) throw new Unreadable("not_a_manifest", MANIFEST);
    found.set(parts[2], parts[1]);
    before = parts[2];
  }
  if (text === null || lines[lines.length - 1] || found.has(MANIFEST)) throw new Unreadable("not_a_manifest", MANIFEST);
  return found;
}
