// The plain text twins against the entries; the page's side of journals.py.

import { finding, textOf } from "./bytes.mjs";

const SCALE = 2;
const DAY = "(\\d{4}-\\d\\d-\\d\\d)";
const POSTING = /^ {2,4}([^\s;]+) {2,}(-?\d{1,36}(?:\.\d{1,18})?) ([^\s;]+)$/;
const METADATA = "\\s+(?:;.*|[a-z][a-z0-9_-]*: .*)";

export const HLEDGER = {
  file: "journal.hledger",
  head: new RegExp(`^${DAY} (?:[*!] )?\\((\\d{1,16})\\).*$`, "s"),
  index: /^(?!)/,
  extra: /^\s+;.*$/s,
  between: /^(?:[;#].*|(?:account|commodity|decimal-mark) .*|\s+(?:;|format ).*|\s*)$/s,
  renames: false,
};
export const BEANCOUNT = {
  file: "journal.beancount",
  head: new RegExp(`^${DAY} [*!] .*$`, "s"),
  index: /^  log_index: "(\d{1,16})"$/,
  extra: new RegExp(`^${METADATA}$`, "s"),
  between: new RegExp(`^(?:;.*|option "(?:title|operating_currency)" .*|${DAY} (?:open|commodity) .*|${METADATA}|\\s*)$`, "s"),
  renames: true,
};

class Misshapen extends Error {}

export function* checkJournal(files, entries, dialect) {
  const { file } = dialect;
  let there;
  try {
    there = transactions(files.has(file) ? files.read(file) : new Uint8Array(0), dialect);
  } catch (fault) {
    if (!(fault instanceof Misshapen)) throw fault;
    yield finding("edited", "journal_misshapen", { file, values: [fault.message] });
    return;
  }
  const wanted = entries.filter((one) => one.postings.length);
  const byIndex = new Map(there.map((one) => [one.index, one]));
  for (const { index } of wanted) if (!byIndex.has(index)) yield finding("removed", "transaction_missing", { index, file });
  const known = new Set(wanted.map((one) => one.index));
  for (const one of there) {
    if (!known.has(one.index) || byIndex.get(one.index) !== one) {
      yield finding("inserted", "transaction_of_nothing", { index: one.index, file });
    }
  }
  yield* different(wanted.filter((one) => byIndex.has(one.index)).map((one) => [one, byIndex.get(one.index)]), dialect);
  if (there.length !== wanted.length || wanted.some((one, at) => one.index !== there[at].index)) {
    yield finding("edited", "list_order", { file });
  }
}

function* different(pairs, { file, renames }) {
  const [names, taken] = [new Map(), new Map()];
  for (const [entry, there] of pairs) {
    let renamed = true;
    if (renames && entry.postings.length === there.postings.length) {
      entry.postings.forEach(({ account }, at) => {
        const name = there.postings[at].account;
        if (!names.has(account)) names.set(account, name);
        if (!taken.has(name)) taken.set(name, account);
      });
      renamed = entry.postings.every(({ account }) => taken.get(names.get(account)) === account);
    }
    const fits = entry.postings.every((one, at) => {
      const other = there.postings[at];
      const account = renames ? names.get(one.account) : one.account;
      return other?.account === account && other.amount === one.amount && other.currency === one.currency;
    });
    if (!renamed || !fits || entry.postings.length !== there.postings.length || there.day !== entry.validOn) {
      yield finding("edited", "transaction_differs", { index: entry.index, file });
    }
  }
}

function transactions(raw, dialect) {
  const text = textOf(raw);
  if (text === null) throw new Misshapen("0");
  const found = [];
  let current = null;
  text.split("\n").forEach((line, at) => {
    const head = dialect.head.exec(line);
    if (head) {
      current = { day: head[1], index: head[2] === undefined ? null : Number(head[2]), postings: [] };
      found.push(current);
    } else if (!line) current = null;
    else if (!(current ? taken(line, current, dialect) : dialect.between.test(line))) throw new Misshapen(String(at + 1));
  });
  return found;
}

function taken(line, current, dialect) {
  const index = dialect.index.exec(line);
  if (index) {
    if (current.index !== null) return false;
    current.index = Number(index[1]);
    return true;
  }
  const posting = POSTING.exec(line);
  if (!posting) return dialect.extra.test(line);
  const [whole, decimals = ""] = posting[2].split(".");
  if (decimals.length > SCALE) return false;
  const digits = BigInt(whole.replace("-", "") + decimals.padEnd(SCALE, "0"));
  current.postings.push({ account: posting[1], amount: whole.startsWith("-") ? -digits : digits, currency: posting[3] });
  return true;
}
