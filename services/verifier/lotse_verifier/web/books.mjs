// What of the entries is in force on a day, and what they post; the page's side of books.py.

import { isObject } from "./entries.mjs";
import { own } from "./bytes.mjs";

const GRANT = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const EXPENSE = new RegExp(`^expense:(${GRANT}):([A-Za-z0-9_:-]+)$`);
export const WHOLE = 10000n;
const GAP = "\u0000";

export function pair(grant, line) {
  return `${grant}${GAP}${line}`;
}

export function unpaired(key) {
  return key.split(GAP);
}

export function books(entries, validTo) {
  const taken = entries.filter((one) => one.validOn <= validTo);
  const vouchers = new Map();
  for (const one of taken) if (one.kind === "voucher") vouchers.set(textOf(one.data, "voucher_id"), one);
  return { entries: taken, dead: outOfForce(taken), vouchers };
}

function textOf(members, name) {
  const value = own(members, name);
  return typeof value === "string" ? value : "";
}

export function voucherOf(entry, kept) {
  if (entry.kind === "voucher") return entry;
  return entry.kind === "refund" ? (kept.vouchers.get(textOf(entry.data, "voucher_id")) ?? null) : null;
}

export function inForce(kept) {
  return kept.entries.filter((one) => !kept.dead.has(one.index) && one.reverses === null);
}

export function outOfForce(entries) {
  const dead = new Set();
  for (let at = entries.length - 1; at >= 0; at -= 1) {
    const { index, reverses } = entries[at];
    if (reverses !== null && !dead.has(index)) dead.add(reverses);
  }
  return dead;
}

// What the entry posts to cost lines of grants.
export function charged(entry) {
  const sums = new Map();
  for (const { account, amount } of entry.postings) {
    const found = EXPENSE.exec(account);
    if (found) sums.set(pair(found[1], found[2]), (sums.get(pair(found[1], found[2])) ?? 0n) + amount);
  }
  return sums;
}

export function balances(kept) {
  const sums = new Map();
  for (const entry of kept.entries) {
    for (const [key, amount] of charged(entry)) sums.set(key, (sums.get(key) ?? 0n) + amount);
  }
  return sums;
}

export function sharesOf(voucher) {
  const given = own(voucher.data, "shares");
  if (!Array.isArray(given) || !given.length) {
    return [{ grant: textOf(voucher.leaf, "grant_id"), line: textOf(voucher.data, "line"), points: WHOLE }];
  }
  return given
    .filter((one) => isObject(one) && typeof one.basis_points === "number")
    .map((one) => ({ grant: textOf(one, "grant_id"), line: textOf(one, "line"), points: BigInt(one.basis_points) }));
}

export function amountOf(entry, ...names) {
  for (const name of names) {
    const text = own(entry.data, name);
    if (typeof text === "string" && /^-?[0-9]{1,38}$/.test(text)) return BigInt(text);
  }
  return null;
}
