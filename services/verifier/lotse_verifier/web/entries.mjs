// The entries of a log; the page's side of entries.py.

import { finding, own } from "./bytes.mjs";
import { NotCanonical, parsed } from "./canonical.mjs";
import { LIMITS } from "./limits.mjs";

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const AMOUNT = /^(?:0|-?[1-9][0-9]{0,37})$/;
export const DIGEST = /^[0-9a-f]{64}$/;
const VERSIONS = [1, 2];
const STANDINGS = ["public", "demo", "own"];
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function read(bodies) {
  const found = [];
  const faults = [];
  bodies.forEach((body, index) => {
    const entry = entryOf(index, body);
    if (entry.code === undefined) found.push(entry);
    else if (faults.length < LIMITS.findings) faults.push(entry);
  });
  return [found, faults];
}

function entryOf(index, body) {
  let leaf;
  try {
    leaf = parsed(body);
  } catch (fault) {
    if (fault instanceof NotCanonical) return finding("rule", "entry_not_canonical", { index });
    throw fault;
  }
  const member = misshapen(leaf);
  if (member) return finding("rule", "entry_misshapen", { index, values: [member] });
  const postings = (leaf.postings ?? []).map(({ account, amount, currency }) => ({ account, amount: BigInt(amount), currency }));
  const old = leaf.actor_commitment === undefined ? {} : { actor: leaf.actor_commitment };
  return {
    index,
    leaf,
    postings,
    kind: leaf.kind,
    validOn: leaf.valid_on,
    data: leaf.data ?? {},
    commitments: leaf.commitments ?? old,
    attachments: (leaf.attachments ?? []).map(({ sha256, bytes }) => [sha256, bytes]),
    reverses: leaf.reverses ?? null,
  };
}

export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function misshapen(leaf) {
  if (!isObject(leaf) || !VERSIONS.includes(own(leaf, "v"))) return "v";
  const missing = ["origin", "key", "kind"].find((name) => typeof own(leaf, name) !== "string");
  if (missing) return missing;
  const noText = ["grant_id", "cause"].find((name) => typeof (leaf[name] === undefined ? "" : leaf[name]) !== "string");
  if (noText) return noText;
  const isCount = (value) => typeof value === "number" && value >= 0;
  const noCount = ["log_index", "budget_year", "reverses"].find(
    (name) => !isCount(leaf[name] === undefined && name !== "log_index" ? 0 : leaf[name]),
  );
  if (noCount) return noCount;
  const noTime = ["recorded_at", "known_at"].find((name) => typeof leaf[name] !== "string" || !INSTANT.test(leaf[name]));
  return noTime ?? misshapenParts(leaf);
}

function misshapenParts(leaf) {
  const { data = {}, commitments = {}, attachments = [], postings = [], actor_commitment: old } = leaf;
  if (!isDay(leaf.valid_on)) return "valid_on";
  if (!STANDINGS.includes(leaf.standing)) return "standing";
  if (!isObject(data)) return "data";
  if (!isObject(commitments) || !Object.values(commitments).every(isDigest)) return "commitments";
  if (old !== undefined && !isDigest(old)) return "actor_commitment";
  if (!all(attachments, (one) => isDigest(own(one, "sha256")) && typeof own(one, "bytes") === "number")) return "attachments";
  return all(postings, isPosting) ? "" : "postings";
}

function all(value, fits) {
  return Array.isArray(value) && value.every((one) => isObject(one) && fits(one));
}

function isPosting(one) {
  const texts = ["account", "amount", "currency"].every((name) => typeof own(one, name) === "string");
  return texts && AMOUNT.test(one.amount);
}

function isDigest(value) {
  return typeof value === "string" && DIGEST.test(value);
}

function isDay(value) {
  const found = typeof value === "string" ? /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) : null;
  if (!found) return false;
  const [year, month, day] = found.slice(1).map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= DAYS[month - 1] + (leap && month === 2 ? 1 : 0);
}

export function* outOfOrder(entries, origin) {
  let [recorded, known] = ["", ""];
  const keys = new Map();
  for (const { leaf, index } of entries) {
    if (leaf.origin !== origin) yield finding("rule", "entry_of_another_log", { index });
    if (leaf.log_index !== index) yield finding("rule", "entry_names_another_place", { index });
    if (leaf.recorded_at <= recorded) yield finding("rule", "recorded_not_later", { index });
    if (leaf.known_at < known) yield finding("rule", "known_earlier", { index });
    if (keys.has(leaf.key)) yield finding("rule", "key_twice", { index, values: [String(keys.get(leaf.key))] });
    else keys.set(leaf.key, index);
    [recorded, known] = [leaf.recorded_at, leaf.known_at];
  }
}
