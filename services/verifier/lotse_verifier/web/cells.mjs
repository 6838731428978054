// The lists as text; the page's side of cells.py.

import { textOf } from "./bytes.mjs";

export class Misshapen extends Error {}

const MARK = "\ufeff";
const CELL = /(?:"((?:[^"]|"")*)"|([^";\r\n]*))(;|\r\n)/y;
const AMOUNT = /^(-?)([0-9]{1,36}),([0-9]{2})$/;
const FORMULA = /^[=+\-@\t\r]/;

// The rows by title.
export function titled(raw, titles) {
  const [head = [], ...rows] = rowsOf(raw);
  if (head.join("\u0000") !== titles.join("\u0000") || rows.some((row) => row.length !== titles.length)) {
    throw new Misshapen("other columns");
  }
  return rows.map((row) => new Map(titles.map((title, at) => [title, row[at]])));
}

function rowsOf(raw) {
  const text = textOf(raw);
  if (text === null || !text.startsWith(MARK)) throw new Misshapen("not UTF-8, or no byte order mark");
  const rows = [];
  let row = [];
  for (let at = MARK.length; at < text.length; at = CELL.lastIndex) {
    CELL.lastIndex = at;
    const cell = CELL.exec(text);
    if (cell === null) throw new Misshapen("no cell");
    row.push(cell[1] === undefined ? cell[2] : cell[1].replaceAll('""', '"'));
    if (cell[3] !== ";") {
      rows.push(row);
      row = [];
    }
  }
  if (row.length) throw new Misshapen("the last line has no end");
  return rows;
}

export function textCell(text) {
  const said = typeof text === "string" ? text : "";
  return FORMULA.test(said) ? `'${said}` : said;
}

export function dayCell(day) {
  return typeof day === "string" ? day.split("-").reverse().join(".") : "";
}

export function amountCell(amount) {
  if (amount === null) return "";
  const whole = amount < 0n ? -amount : amount;
  return `${amount < 0n ? "-" : ""}${whole / 100n},${String(whole % 100n).padStart(2, "0")}`;
}

// Minor units; null for anything that is no amount.
export function amountIn(cell) {
  const found = AMOUNT.exec(cell);
  if (!found) return null;
  const amount = BigInt(found[2]) * 100n + BigInt(found[3]);
  return found[1] ? -amount : amount;
}
