// What a report says, in German or English; the page's side of verdict.py. The texts are the same ones.

import { bytesOfBinary, hexOf, looseTextOf } from "./bytes.mjs";

const LANGUAGES = ["de", "en"];

export class Verdict {
  constructor(texts, language) {
    this.texts = texts;
    this.place = LANGUAGES.indexOf(language);
  }

  sentence(kind, name, values = []) {
    return this.texts[kind][name][this.place].replace(/\{(\d)\}/g, (_, at) => values[Number(at)]);
  }

  get notProven() {
    return this.texts.not_proven[this.place];
  }

  // The verdict, sentence by sentence.
  told(report, policy) {
    const { findings, olderSize, checked } = report;
    const holds = !findings.length;
    const lines = [this.head(report)];
    if (findings.length > 1) lines.push(this.sentence("said", "more"), ...findings.slice(1).map((one) => `– ${this.found(one)}.`));
    lines.push(this.witnesses(report, policy));
    if (holds && olderSize !== null) lines.push(this.sentence("said", "since", [number(olderSize)]));
    if (holds) {
      const counts = ["proofs", "openings", "evidence", "rows"].map((name) => number(checked[name]));
      lines.push(this.sentence("said", "checked", counts));
    }
    return [...lines, ...report.notes.map(([name, values]) => this.sentence("notes", name, values)), this.notProven];
  }

  toldUnreadable({ key, file }) {
    const said = this.sentence("unreadable", key) + (file ? ` (${file})` : "");
    return [this.sentence("said", "unreadable", [said]), this.notProven];
  }

  toldPolicy({ key, line }) {
    return [this.sentence("said", "policy_refused", [this.sentence("policy", key, [String(line)])]), this.notProven];
  }

  head({ findings, witnesses, checkpoint }) {
    if (findings.length) return this.sentence("said", "holds_not", [this.found(findings[0])]);
    const latest = Math.max(0, ...witnesses.values());
    const values = [number(checkpoint.size), day(latest), checkpoint.text.split("\n")[2]];
    return this.sentence("said", witnesses.size ? "holds" : "holds_unwitnessed", values);
  }

  found({ code, what, index, until, file, values }) {
    const where = [];
    if (index !== null && until !== null) where.push(this.sentence("said", "between", [number(index), number(until - 1)]));
    else if (index !== null) where.push(this.sentence("said", "at", [number(index)]));
    if (file) where.push(file);
    const shown = what === "witnessed_too_early" ? [day(Number(values[0]))] : values;
    return `${this.sentence("codes", code)}: ${[...where, this.sentence("findings", what, shown)].join(", ")}`;
  }

  witnesses({ witnesses }, policy) {
    if (!witnesses.size) return this.sentence("said", "no_witness");
    const named = [...witnesses].sort((one, other) => one[1] - other[1] || (one[0] < other[0] ? -1 : 1));
    const said = named.map(([name, time]) => {
      const shown = `${looseTextOf(bytesOfBinary(name))} (${policy.witnesses.get(name).name})`;
      return this.sentence("said", "witness", [shown, moment(time)]);
    });
    return said.join(" ");
  }
}

export function number(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
}

// German time by its rule: a page from a disk may not rely on a table. Source: Directive 2000/84/EC.
function local(seconds) {
  const at = new Date(seconds * 1000);
  const lastSunday = (month) => {
    const last = new Date(Date.UTC(at.getUTCFullYear(), month, 31, 1));
    return last.getTime() - last.getUTCDay() * 86400000;
  };
  const summer = lastSunday(2) <= at.getTime() && at.getTime() < lastSunday(9);
  const shifted = new Date(at.getTime() + (summer ? 2 : 1) * 3600000).toISOString();
  return [`${shifted.slice(8, 10)}.${shifted.slice(5, 7)}.${shifted.slice(0, 4)}`, shifted.slice(11, 16)];
}

export function day(seconds) {
  return local(seconds)[0];
}

function moment(seconds) {
  return local(seconds).join(" ");
}

export function asJson(report, policy) {
  return {
    holds: !report.findings.length,
    code: report.findings.length ? report.findings[0].code : null,
    origin: report.checkpoint.origin,
    size: report.checkpoint.size,
    root: hexOf(report.checkpoint.root),
    witnesses: [...report.witnesses]
      .sort((one, other) => (one[0] < other[0] ? -1 : 1))
      .map(([name, time]) => ({ name: looseTextOf(bytesOfBinary(name)), key: policy.witnesses.get(name).text, time })),
    findings: report.findings,
    notes: report.notes.map(([what, values]) => ({ what, values })),
    checked: report.checked,
    older_size: report.olderSize,
  };
}
