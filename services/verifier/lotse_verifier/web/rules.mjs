// Rules of the books: I1, I8, I11 and I12; the page's side of rules.py.

import { finding, own } from "./bytes.mjs";
import { WHOLE, amountOf, outOfForce, sharesOf } from "./books.mjs";

const CLOSINGS = ["period_closed", "period_reopened"];

export function* brokenRules(entries) {
  yield* unbalanced(entries);
  yield* notMirrored(entries);
  yield* inClosedPeriod(entries);
  yield* chargedTooMuch(entries);
}

function* unbalanced(entries) {
  for (const { index, postings } of entries) {
    const sums = new Map();
    for (const { currency, amount } of postings) sums.set(currency, (sums.get(currency) ?? 0n) + amount);
    if ([...sums.values()].some((sum) => sum !== 0n)) yield finding("rule", "not_balanced", { index, values: ["I1"] });
  }
}

function* notMirrored(entries) {
  const byIndex = new Map(entries.map((one) => [one.index, one]));
  const reversed = new Set();
  for (const { index, kind, reverses, postings } of entries) {
    const target = reverses === null ? undefined : byIndex.get(reverses);
    if (target === undefined || target.index >= index) {
      if (reverses !== null || kind === "reversal") yield finding("rule", "reverses_nothing", { index, values: ["I12"] });
    } else {
      const values = ["I12", String(target.index)];
      if (spelled(target.postings, -1n) !== spelled(postings, 1n)) yield finding("rule", "not_mirrored", { index, values });
      if (reversed.has(target.index)) yield finding("rule", "reversed_twice", { index, values });
      reversed.add(target.index);
    }
  }
}

function spelled(postings, sign) {
  return postings.map(({ account, currency, amount }) => JSON.stringify([account, currency, String(sign * amount)])).sort().join();
}

function* inClosedPeriod(entries) {
  let closed = "";
  for (const { index, kind, validOn, data } of entries) {
    if (closed && validOn <= closed) yield finding("rule", "in_closed_period", { index, values: ["I11", closed] });
    if (CLOSINGS.includes(kind) && typeof own(data, "until") === "string") closed = data.until;
  }
}

function* chargedTooMuch(entries) {
  const vouchers = vouchersInForce(entries);
  for (const entry of vouchers) {
    const points = sharesOf(entry).map((one) => one.points);
    if (points.reduce((sum, one) => sum + one, 0n) > WHOLE || points.some((one) => one < 0n)) {
      yield finding("rule", "shares_over_whole", { index: entry.index, values: ["I8"] });
    }
  }
  for (const [document, { points, indexes }] of chargedDocuments(vouchers)) {
    if (points > WHOLE && indexes.length > 1) {
      const values = ["I8", String(indexes[0]), document.slice(0, 16)];
      yield finding("rule", "voucher_twice", { index: indexes[indexes.length - 1], values });
    }
  }
}

function vouchersInForce(entries) {
  const dead = outOfForce(entries);
  return entries.filter((one) => one.kind === "voucher" && !dead.has(one.index));
}

function chargedDocuments(vouchers) {
  const found = new Map();
  for (const entry of vouchers) {
    const [document, paid] = [own(entry.data, "document_sha256"), amountOf(entry, "paid", "amount")];
    if (typeof document === "string" && paid !== null) {
      const use = found.get(document) ?? { gross: 0n, points: 0n, parts: 0n, indexes: [] };
      for (const amount of [amountOf(entry, "gross", "paid", "amount"), paid]) if (amount > use.gross) use.gross = amount;
      const points = sharesOf(entry).reduce((sum, one) => sum + one.points, 0n);
      use.points += points;
      use.parts += paid * points;
      use.indexes.push(entry.index);
      found.set(document, use);
    }
  }
  return found;
}

// I8 across logs: [origin, finding].
export function* chargedTwice(bundles) {
  const seen = new Map();
  for (const [origin, entries] of bundles) {
    for (const [document, use] of chargedDocuments(vouchersInForce(entries))) {
      const before = seen.get(document);
      if (before === undefined) seen.set(document, { origin, use });
      else if (before.origin !== origin) {
        const gross = before.use.gross > use.gross ? before.use.gross : use.gross;
        if (before.use.parts + use.parts > gross * WHOLE) {
          const values = ["I8", before.origin, String(before.use.indexes[0]), document.slice(0, 16)];
          yield [origin, finding("rule", "voucher_twice_across", { index: use.indexes[0], values })];
        }
      }
    }
  }
}
