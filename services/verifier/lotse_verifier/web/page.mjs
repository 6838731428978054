// The page itself: choose files, check, say what holds. All that is shown goes in as text, never as markup.

import { PolicyRefused, Unreadable } from "./bytes.mjs";
import { Archive, Folder } from "./archive.mjs";
import { LIMITS } from "./limits.mjs";
import { parsePolicy } from "./policy.mjs";
import { chargedTwice } from "./rules.mjs";
import { olderBundle, olderNote } from "./since.mjs";
import { Verdict, asJson } from "./verdict.mjs";
import { verify } from "./verify.mjs";

const state = { language: "de", dropped: [], last: null };
const at = (id) => document.getElementById(id);

function label(name, values = []) {
  return new Verdict(TEXTS, state.language).sentence("page", name, values);
}

function element(tag, text, name = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

function translate() {
  document.documentElement.lang = state.language;
  document.title = label("title");
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = label(one.dataset.text);
  at("language").lang = state.language === "de" ? "en" : "de";
  showChosen();
  if (state.last) show(state.last);
}

function showChosen() {
  const names = chosenBundles().map((one) => one.name);
  at("bundle-chosen").textContent = names.length ? label("chosen", [names.join(", ")]) : "";
  const [policy] = at("policy").files;
  at("policy-chosen").textContent = policy ? label("chosen", [policy.name]) : "";
}

// What is to be checked: a name, and a promise of its files.
function chosenBundles() {
  const zips = [...at("bundle").files, ...state.dropped].map((file) => ({ name: file.name, open: () => archive(file) }));
  const folder = [...at("folder").files];
  if (folder.length) zips.push({ name: folder[0].webkitRelativePath.split("/")[0], open: () => folderOf(folder) });
  return zips;
}

async function archive(file) {
  if (file.size > LIMITS.archiveBytes) throw new Unreadable("archive_too_large");
  return new Archive(await bytes(file));
}

async function folderOf(chosen) {
  if (chosen.length > LIMITS.files) throw new Unreadable("too_many_files");
  if (chosen.reduce((sum, file) => sum + file.size, 0) > LIMITS.unpackedBytes) throw new Unreadable("unpacks_too_much");
  const files = new Map();
  for (const file of chosen) {
    if (file.size > LIMITS.fileBytes) throw new Unreadable("file_too_large", file.name);
    files.set(file.webkitRelativePath.split("/").slice(1).join("/"), await bytes(file));
  }
  return new Folder(files);
}

async function bytes(file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Unreadable("not_there", file.name);
  }
}

async function older(file) {
  if (file.size > LIMITS.archiveBytes) throw new Unreadable("archive_too_large");
  const raw = await bytes(file);
  return raw[0] === 0x50 && raw[1] === 0x4b ? olderBundle(new Archive(raw)) : olderNote(raw);
}

async function check() {
  const bundles = chosenBundles();
  const [policyFile] = at("policy").files;
  if (!bundles.length || !policyFile) return { kind: "asked", lines: ["nothing_chosen"] };
  if (policyFile.size > LIMITS.policyBytes) throw new PolicyRefused("policy_too_large");
  const policyRaw = await bytes(policyFile);
  const [since] = at("since").files;
  const asked = {
    policy: parsePolicy(policyRaw),
    policyRaw,
    older: since ? await older(since) : null,
    witnessedSince: at("witnessed-since").value ? Date.parse(`${at("witnessed-since").value}T00:00:00Z`) / 1000 : null,
    manifestSha256: at("manifest").value || null,
  };
  const reports = [];
  for (const one of bundles) reports.push({ name: one.name, report: verify(await one.open(), asked) });
  const across = [...chargedTwice(reports.map(({ report }) => [report.checkpoint.origin, report.entries]))];
  return { kind: "checked", reports, across, policy: asked.policy };
}

async function submitted(event) {
  event.preventDefault();
  show({ kind: "running" });
  // The browser paints what is shown before the check keeps it busy.
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  try {
    show(await check());
  } catch (fault) {
    if (fault instanceof Unreadable) show({ kind: "unreadable", fault });
    else if (fault instanceof PolicyRefused) show({ kind: "policy", fault });
    else show({ kind: "failed" });
  }
  at("result").focus();
}

function show(outcome) {
  const verdict = new Verdict(TEXTS, state.language);
  const result = at("result");
  state.last = outcome;
  result.hidden = false;
  result.className = "";
  result.dataset.json = "";
  result.replaceChildren();
  const say = (...made) => result.append(...made);
  if (outcome.kind === "running") say(element("p", label("running")));
  else if (outcome.kind === "asked") say(element("p", label("nothing_chosen")));
  else if (outcome.kind === "checked") showChecked(outcome, verdict, say);
  else {
    const told = { unreadable: () => verdict.toldUnreadable(outcome.fault), policy: () => verdict.toldPolicy(outcome.fault) };
    const [first, last] = told[outcome.kind]?.() ?? [label("failed"), verdict.notProven];
    result.className = "bad";
    result.dataset.json = JSON.stringify({ holds: false, code: outcome.kind, what: outcome.fault?.key ?? "" });
    say(element("h2", label("not_checked")), element("p", first, "lead"), element("h3", label("limits")), element("p", last));
  }
}

function showChecked({ reports, across, policy }, verdict, say) {
  const holds = reports.every(({ report }) => !report.findings.length) && !across.length;
  at("result").className = holds ? "good" : "bad";
  at("result").dataset.json = JSON.stringify({
    holds,
    bundles: reports.map(({ report }) => asJson(report, policy)),
    across: across.map(([origin, one]) => ({ origin, ...one })),
  });
  say(element("h2", label(holds ? "ok" : "not_ok")));
  for (const { name, report } of reports) showReport(name, report, policy, verdict, say, reports.length > 1);
  if (across.length) {
    say(element("h3", verdict.sentence("said", "across")));
    say(list(across.map(([origin, one]) => `${origin}: ${verdict.found(one)}`)));
  }
  say(element("h3", label("limits")), element("p", verdict.notProven));
}

function showReport(name, report, policy, verdict, say, several) {
  const { findings, checkpoint } = report;
  if (several) say(element("h3", `${name} (${checkpoint.origin})`));
  const [first, ...rest] = verdict.told({ ...report, findings: findings.slice(0, 1) }, policy).slice(0, -1);
  say(element("p", first, "lead"));
  if (findings.length > 1) {
    say(element("h3", label("findings")), list(findings.map((one) => verdict.found(one))));
  }
  say(element("h3", label("details")), list([checkpoint.origin, ...rest]));
}

function list(texts) {
  const made = document.createElement("ul");
  made.append(...texts.map((text) => element("li", text)));
  return made;
}

// Bundle and policy may come together: what is no ZIP is the policy.
function dropped(event) {
  event.preventDefault();
  at("drop").classList.remove("over");
  const files = [...event.dataTransfer.files];
  const isZip = (file) => file.name.toLowerCase().endsWith(".zip");
  const policy = new DataTransfer();
  files.filter((file) => !isZip(file)).slice(0, 1).forEach((file) => policy.items.add(file));
  if (policy.files.length) at("policy").files = policy.files;
  if (files.some(isZip)) state.dropped = files.filter(isZip);
  showChosen();
}

function start() {
  at("form").addEventListener("submit", submitted);
  at("language").addEventListener("click", () => {
    state.language = state.language === "de" ? "en" : "de";
    translate();
  });
  for (const id of ["bundle", "folder", "policy"]) at(id).addEventListener("change", showChosen);
  at("bundle").addEventListener("click", () => (state.dropped = []));
  at("form").addEventListener("dragover", (event) => {
    event.preventDefault();
    at("drop").classList.add("over");
  });
  at("form").addEventListener("dragleave", () => at("drop").classList.remove("over"));
  at("form").addEventListener("drop", dropped);
  translate();
}

start();
