// All checks of one bundle, in the order of trust; the page's side of verify.py.

import { binaryOf, finding, same } from "./bytes.mjs";
import { books } from "./books.mjs";
import { difference } from "./compare.mjs";
import { outOfOrder, read } from "./entries.mjs";
import { EVIDENCE_FOLDER, checkEvidence } from "./evidence.mjs";
import { BEANCOUNT, HLEDGER, checkJournal } from "./journals.mjs";
import { LIMITS } from "./limits.mjs";
import { checkBelegliste, checkSollIst, countRows, coveredEntries } from "./lists.mjs";
import { ABOUT, CHECKPOINT, checkFiles, differences, readAbout } from "./manifest.mjs";
import { Tree, leafHash, proven } from "./merkle.mjs";
import { logSigned } from "./notes.mjs";
import { checkOpenings } from "./openings.mjs";
import { NONE, cosignatures, isMet } from "./policy.mjs";
import { Notes, PROOF_NAME, parseProof } from "./proofs.mjs";
import { logKeys } from "./rotation.mjs";
import { brokenRules } from "./rules.mjs";
import { checkOlder } from "./since.mjs";
import { ENTRIES, HEIGHT, entriesIn, expectedTile, hashTiles, layout, missingOrExtra, path, split, trustedNodes } from "./tiles.mjs";

// `asked`: policy, policyRaw, older, witnessedSince, manifestSha256; null where the auditor brought nothing.
export function verify(files, asked) {
  checkFiles(files);
  const about = readAbout(files);
  const notes = new Notes();
  const checkpoint = notes.parsed(binaryOf(files.read(CHECKPOINT)), CHECKPOINT);
  const bodies = entriesIn(files);
  const [entries, misshapen] = read(bodies);
  const log = { tree: new Tree(bodies.map(leafHash)), entries, notes, trusted: new Map(), standing: new Map() };
  const report = { about, checkpoint, entries, witnesses: new Map(), findings: [], notes: [], checked: {}, olderSize: null };
  const keys = signatures(report, asked);
  if (!report.findings.length) log.standing.set(binaryOf(files.read(CHECKPOINT)), "");
  const proofs = [...checkProofs(files, log, keys.current, asked)];
  integrity(files, report, log);
  if (asked.older) {
    add(report, checkOlder(asked.older, checkpoint, log.tree, [...keys.current, ...keys.former]));
    report.olderSize = asked.older.checkpoint.size;
  }
  if (same(log.tree.root(), checkpoint.root)) add(report, checkTiles(files, checkpoint, log.tree));
  add(report, proofs);
  add(report, misshapen);
  add(report, outOfOrder(entries, checkpoint.origin));
  whatStandsOnIt(files, report, books(entries, about.validTo));
  add(report, brokenRules(entries));
  add(report, checkAbout(about, checkpoint, entries));
  add(report, differences(files, asked.manifestSha256));
  addNotes(files, report, asked);
  return report;
}

function add(report, found) {
  let left = LIMITS.findings;
  for (const one of found) {
    if (left === 0) return;
    report.findings.push(one);
    left -= 1;
  }
}

function signedByAny(checkpoint, keys) {
  return keys.some((key) => key.name === checkpoint.origin && logSigned(checkpoint, key));
}

function signatures(report, { policy, witnessedSince }) {
  const { checkpoint, entries } = report;
  const keys = logKeys(policy.logs, entries, checkpoint.origin);
  if (!signedByAny(checkpoint, keys.current)) add(report, [finding("signature", "checkpoint_not_signed", { file: CHECKPOINT })]);
  add(report, keys.false.map((index) => finding("signature", "rotation_false", { index })));
  report.witnesses = cosignatures(policy, checkpoint);
  if (!isMet(policy, report.witnesses.keys())) {
    add(report, [finding("witness", "checkpoint_unwitnessed", { file: CHECKPOINT })]);
  } else if (witnessedSince !== null) {
    const late = [...report.witnesses].filter(([, time]) => time >= witnessedSince).map(([name]) => name);
    if (policy.quorum === NONE || !isMet(policy, late)) {
      add(report, [finding("witness", "witnessed_too_early", { file: CHECKPOINT, values: [String(witnessedSince)] })]);
    }
  }
  for (const index of keys.steps) report.notes.push(["key_rotated", [String(index)]]);
  return keys;
}

function integrity(files, report, log) {
  const { checkpoint } = report;
  const { tree, trusted } = log;
  if (tree.size === checkpoint.size && same(tree.root(), checkpoint.root)) return;
  for (const [level, nodes] of trustedNodes(hashTiles(files), checkpoint.size, checkpoint.root)) {
    for (const [place, hashed] of nodes) trust(trusted, level * HEIGHT, place, hashed);
  }
  const frames = new Array(tree.size).fill(null);
  for (const { index, leaf } of log.entries) frames[index] = { logIndex: leaf.log_index, recordedAt: leaf.recorded_at };
  add(report, [difference(tree, checkpoint.size, trusted, frames)]);
}

function trust(trusted, height, place, hashed) {
  if (!trusted.has(height)) trusted.set(height, new Map());
  trusted.get(height).set(place, hashed);
}

function* checkTiles(files, checkpoint, tree) {
  const [missing, extra] = missingOrExtra(files, checkpoint.size);
  for (const file of missing) yield finding("removed", "tile_missing", { file });
  for (const file of extra) yield finding("inserted", "tile_of_nothing", { file });
  for (const [level, number, width] of layout(tree.size)) {
    const file = path(level, number, width);
    if (files.has(file) && !same(files.read(file), expectedTile(tree, level, number, width))) {
      yield finding("edited", "tile_differs", { file });
    }
    const bundle = path(ENTRIES, number, width);
    if (level === 0 && files.has(bundle) && split(files.read(bundle), bundle).length !== width) {
      yield finding("edited", "tile_differs", { file: bundle });
    }
  }
}

function* checkProofs(files, { tree, notes, trusted, standing }, keys, { policy }) {
  for (const file of files.names) {
    const numbered = PROOF_NAME.exec(file);
    if (numbered === null) continue;
    const proof = parseProof(files.read(file), file);
    const checkpoint = notes.parsed(proof.note, file);
    if (!standing.has(proof.note)) standing.set(proof.note, standingOf(checkpoint, keys, policy));
    const index = Number(numbered[1]);
    const fault = standing.get(proof.note);
    if (fault === "signature") yield finding("signature", "proof_not_signed", { index, file });
    if (fault === "witness") yield finding("witness", "proof_unwitnessed", { index, file });
    const fits = index === proof.index && index < tree.size;
    const nodes = fits ? proven(proof, tree.levels[0][index], checkpoint) : null;
    if (nodes === null) yield finding("edited", "proof_broken", { index, file });
    else if (!fault) for (const [height, place, hashed] of nodes) trust(trusted, height, place, hashed);
  }
}

function standingOf(checkpoint, keys, policy) {
  if (!signedByAny(checkpoint, keys)) return "signature";
  return isMet(policy, cosignatures(policy, checkpoint).keys()) ? "" : "witness";
}

function whatStandsOnIt(files, report, kept) {
  const { about, entries } = report;
  const opened = checkOpenings(files, entries);
  const covered = coveredEntries(kept, about.grants);
  add(report, opened.findings);
  add(report, checkEvidence(files, entries, covered, about.belegeMissing));
  const missing = covered.map(({ index }) => [index, `proofs/${index}.tlog-proof`]).filter(([, file]) => !files.has(file));
  add(report, missing.map(([index, file]) => finding("removed", "proof_missing", { index, file })));
  add(report, checkBelegliste(files, kept, about.grants, opened.contents));
  add(report, checkSollIst(files, kept, about.grants));
  add(report, checkJournal(files, kept.entries, HLEDGER));
  add(report, checkJournal(files, kept.entries, BEANCOUNT));
  for (const index of opened.kept.slice(0, LIMITS.findings)) report.notes.push(["erased_kept", [String(index)]]);
  report.checked = {
    entries: entries.length,
    proofs: files.names.filter((name) => PROOF_NAME.test(name)).length,
    openings: opened.contents.size,
    evidence: files.names.filter((name) => name.startsWith(EVIDENCE_FOLDER)).length,
    rows: countRows(kept, about.grants),
  };
}

function* checkAbout(about, checkpoint, entries) {
  const sorted = (list) => list.every((one, at) => at === 0 || list[at - 1] < one);
  const last = entries.length ? entries[entries.length - 1].leaf.recorded_at : "";
  const claims = {
    origin: about.origin === checkpoint.origin,
    size: about.size === checkpoint.size,
    recorded_to: about.recordedTo === last,
    grants: sorted(about.grants),
    belege_missing: sorted(about.belegeMissing),
  };
  for (const [name, holds] of Object.entries(claims)) {
    if (!holds) yield finding("edited", "about_differs", { file: ABOUT, values: [name] });
  }
}

function addNotes(files, report, asked) {
  const say = (name, ...values) => report.notes.push([name, values]);
  const { belegeMissing } = report.about;
  if (report.entries.some(({ leaf }) => leaf.standing === "demo")) say("demo");
  if (belegeMissing.length) say("belege_missing", String(belegeMissing.length));
  if (files.has("policy.txt") && !same(files.read("policy.txt"), asked.policyRaw)) say("policy_differs");
  if (asked.policy.quorum === NONE) say("no_witness");
  if (!asked.older) say("no_older_state");
  say("not_recomputed");
}
