// Belegliste and plan against actual, recomputed from the entries (I17); the page's side of lists.py.

import { finding, own } from "./bytes.mjs";
import { WHOLE, amountOf, balances, charged, inForce, pair, sharesOf, unpaired, voucherOf } from "./books.mjs";
import { Misshapen, amountCell, amountIn, dayCell, textCell, titled } from "./cells.mjs";
import { isObject } from "./entries.mjs";
import { openingKey } from "./openings.mjs";

const BELEGLISTE = "belegliste.csv";
const SOLL_IST = "soll_ist.csv";
const TITLES = [
  "Lfd. Nr.",
  "Zuwendung",
  "Kostenposition",
  "Beleg-Nr.",
  "Auftragsdatum",
  "Rechnungsdatum",
  "Rechnungsbetrag brutto",
  "USt",
  "Zahlungsdatum",
  "Zahlungsart/Konto",
  "Empfänger/Einzahler",
  "Grund der Zahlung",
  "Gezahlter Betrag",
  "Projektanteil %",
  "Zuwendungsfähig",
  "Ablehnungsgrund",
  "Mittelabruf-Nr. (FIFO)",
  "Beleg-SHA-256",
  "Log-Index",
  "Kennzeichen",
];
const SOLL_IST_TITLES = ["Zuwendung", "Kostenposition", "Bezeichnung", "Soll", "Ist", "Abweichung", "Abweichung %", "Kennzeichen"];
const TITLE_SHOWN_MAX = 40;

export function coveredEntries(kept, grants) {
  const wanted = new Set(grants);
  return inForce(kept).filter((one) => [...chargesOf(one, kept).keys()].some((key) => wanted.has(unpaired(key)[0])));
}

export function countRows(kept, grants) {
  const wanted = new Set(grants);
  return inForce(kept).flatMap((one) => [...chargesOf(one, kept).keys()]).filter((key) => wanted.has(unpaired(key)[0])).length;
}

export function* checkBelegliste(files, kept, grants, opened) {
  const there = listOf(files, BELEGLISTE, TITLES);
  if (there === null) {
    yield finding("edited", "list_misshapen", { file: BELEGLISTE });
    return;
  }
  const file = BELEGLISTE;
  const wanted = rowsOf(kept, grants, opened);
  const byKey = new Map();
  for (const row of there) byKey.set(keyOf(row), [...(byKey.get(keyOf(row)) ?? []), row]);
  for (const [key, row] of wanted) {
    const found = byKey.get(key) ?? [];
    byKey.delete(key);
    const index = Number(row.get("Log-Index"));
    if (!found.length) yield finding("removed", "row_missing", { index, file });
    else if (found.length > 1) yield finding("inserted", "row_twice", { index, file });
    else {
      const title = [...row.keys()].find((name) => found[0].get(name) !== row.get(name));
      if (title !== undefined) yield finding("edited", "row_differs", { index, file, values: [title] });
    }
  }
  for (const [row] of byKey.values()) {
    const number = row.get("Log-Index");
    yield finding("inserted", "row_of_nothing", { index: /^[0-9]{1,16}$/.test(number) ? Number(number) : null, file });
  }
  const inOrder = there.length === wanted.size && [...wanted.keys()].every((key, at) => key === keyOf(there[at]));
  if (!inOrder || there.some((row, at) => row.get("Lfd. Nr.") !== String(at + 1))) yield finding("edited", "list_order", { file });
}

function listOf(files, name, titles) {
  try {
    return files.has(name) ? titled(files.read(name), titles) : null;
  } catch (fault) {
    if (fault instanceof Misshapen) return null;
    throw fault;
  }
}

function keyOf(row) {
  return JSON.stringify(["Log-Index", "Zuwendung", "Kostenposition"].map((title) => row.get(title)));
}

// What the entry charges, with the share in basis points; null where no share says one.
function chargesOf(entry, kept) {
  const voucher = voucherOf(entry, kept);
  const found = new Map();
  for (const { grant, line, points } of voucher ? sharesOf(voucher) : []) {
    found.set(pair(grant, line), (found.get(pair(grant, line)) ?? 0n) + points);
  }
  for (const key of charged(entry).keys()) if (!found.has(key)) found.set(key, null);
  return found;
}

function rowsOf(kept, grants, opened) {
  const wanted = new Set(grants);
  const charges = [];
  for (const entry of inForce(kept)) {
    for (const [key, points] of chargesOf(entry, kept)) {
      const [grant, line] = unpaired(key);
      if (wanted.has(grant)) charges.push({ grant, line, entry, points });
    }
  }
  const compared = (one, other) => (one < other ? -1 : Number(one > other));
  charges.sort(
    (one, other) =>
      compared(one.grant, other.grant) ||
      compared(one.line, other.line) ||
      compared(one.entry.validOn, other.entry.validOn) ||
      one.entry.index - other.entry.index,
  );
  const rows = new Map();
  for (const charge of charges) {
    const payee = opened.get(openingKey(charge.entry.index, "payee"));
    const row = rowOf(charge, voucherOf(charge.entry, kept) ?? charge.entry);
    row.set("Empfänger/Einzahler", textCell(isObject(payee) ? own(payee, "name") : ""));
    rows.set(keyOf(row), row);
  }
  return rows;
}

function rowOf({ grant, line, entry, points }, source) {
  const said = (name) => own(source.data, name);
  let paid = ["voucher", "refund"].includes(entry.kind) ? amountOf(entry, "paid", "amount") : null;
  if (entry.kind === "refund" && paid !== null) paid = -paid;
  return new Map([
    ["Zuwendung", grant],
    ["Kostenposition", line],
    ["Beleg-Nr.", textCell(said("number"))],
    ["Auftragsdatum", dayCell(said("ordered_on"))],
    ["Rechnungsdatum", dayCell(said("invoiced_on"))],
    ["Rechnungsbetrag brutto", amountCell(amountOf(source, "gross"))],
    ["USt", amountCell(amountOf(source, "vat"))],
    ["Zahlungsdatum", dayCell(entry.validOn)],
    ["Grund der Zahlung", textCell(said("reason"))],
    ["Gezahlter Betrag", amountCell(paid)],
    ["Projektanteil %", amountCell(points ?? WHOLE)],
    ["Zuwendungsfähig", amountCell(charged(entry).get(pair(grant, line)) ?? 0n)],
    ["Ablehnungsgrund", textCell(said("refused_reason"))],
    ["Beleg-SHA-256", textCell(said("document_sha256"))],
    ["Log-Index", String(entry.index)],
    ["Kennzeichen", entry.leaf.standing === "demo" ? "DEMO" : ""],
  ]);
}

export function* checkSollIst(files, kept, grants) {
  const file = SOLL_IST;
  const there = listOf(files, SOLL_IST, SOLL_IST_TITLES);
  if (there === null) {
    yield finding("edited", "list_misshapen", { file });
    return;
  }
  const sums = balances(kept);
  const seen = new Set();
  for (const row of there) {
    const [grant, line] = [row.get("Zuwendung"), row.get("Kostenposition")];
    const key = pair(grant, line);
    const values = [[...line].slice(0, TITLE_SHOWN_MAX).join("")];
    const [planned, actual] = [amountIn(row.get("Soll") || "0,00"), amountIn(row.get("Ist"))];
    if (!grants.includes(grant) || seen.has(key)) yield finding("inserted", "line_of_nothing", { file, values });
    else if (actual !== (sums.get(key) ?? 0n) || planned === null || amountIn(row.get("Abweichung")) !== actual - planned) {
      yield finding("edited", "line_differs", { file, values });
    }
    seen.add(key);
  }
  for (const key of [...sums.keys()].sort()) {
    const [grant, line] = unpaired(key);
    if (sums.get(key) !== 0n && grants.includes(grant) && !seen.has(key)) {
      yield finding("removed", "line_missing", { file, values: [line.slice(0, TITLE_SHOWN_MAX)] });
    }
  }
}
