// Openings against the commitments of the entries; the page's side of openings.py.

import { Unreadable, bytesOf, bytesOfHex, finding, hexOf, own } from "./bytes.mjs";
import { NotCanonical, canonical, parsed } from "./canonical.mjs";
import { DIGEST, isObject } from "./entries.mjs";
import { LIMITS } from "./limits.mjs";
import { sha256 } from "./sha.mjs";

const OPENINGS = "openings.jsonl";
const ERASED = "opening_erased";
const MEMBERS = ["content", "log_index", "part", "salt"];

export function openingKey(index, part) {
  return `${index} ${part}`;
}

export function checkOpenings(files, entries) {
  const opened = { contents: new Map(), findings: [], kept: [] };
  const byIndex = new Map(entries.map((one) => [one.index, one]));
  let last = [-1, ""];
  for (const line of linesOf(files)) {
    const { log_index: index, part, salt, content } = opening(line);
    if (index < last[0] || (index === last[0] && !before(last[1], part))) throw new Unreadable("openings_out_of_order", OPENINGS);
    last = [index, part];
    const wanted = own(byIndex.get(index)?.commitments ?? {}, part);
    const given = { index, file: OPENINGS, values: [part] };
    if (wanted === undefined) opened.findings.push(finding("inserted", "opening_of_nothing", given));
    else if (hexOf(sha256(bytesOfHex(salt), bytesOf(canonical(content)))) !== wanted) {
      opened.findings.push(finding("edited", "opening_differs", given));
    } else opened.contents.set(openingKey(index, part), content);
  }
  const kept = new Set();
  for (const { kind, data } of entries) {
    const [index, part] = [own(data, "log_index"), own(data, "part")];
    if (kind === ERASED && typeof index === "number" && typeof part === "string") {
      if (opened.contents.has(openingKey(index, part))) kept.add(index);
    }
  }
  opened.kept = [...kept].sort((one, other) => one - other);
  return opened;
}

// By code points, as Python compares texts.
function before(one, other) {
  const [first, second] = [[...one], [...other]];
  for (let at = 0; at < Math.min(first.length, second.length); at += 1) {
    const difference = first[at].codePointAt(0) - second[at].codePointAt(0);
    if (difference) return difference < 0;
  }
  return first.length < second.length;
}

function* linesOf(files) {
  if (!files.has(OPENINGS)) return;
  const raw = files.read(OPENINGS);
  if (raw.length && raw[raw.length - 1] !== 10) throw new Unreadable("file_cut", OPENINGS);
  for (let start = 0; start < raw.length; ) {
    const end = raw.indexOf(10, start);
    yield raw.subarray(start, end);
    start = end + 1;
  }
}

function opening(line) {
  if (line.length > LIMITS.lineBytes) throw new Unreadable("line_too_long", OPENINGS);
  let value;
  try {
    value = parsed(line);
  } catch (fault) {
    if (fault instanceof NotCanonical) throw new Unreadable("not_canonical", OPENINGS);
    throw fault;
  }
  const shaped = isObject(value) && Object.keys(value).join() === MEMBERS.join();
  const typed = shaped && typeof value.log_index === "number" && typeof value.part === "string" && typeof value.salt === "string";
  if (!typed || !DIGEST.test(value.salt)) throw new Unreadable("other_format", OPENINGS);
  return value;
}
