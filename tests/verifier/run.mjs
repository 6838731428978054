// Runs the core of verify.html: one job a line on standard input, one answer a line on standard output.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const WEB = join(dirname(fileURLToPath(import.meta.url)), "../../services/verifier/lotse_verifier/web");
const { Archive, Folder } = await import(join(WEB, "archive.mjs"));
const { PolicyRefused, Unreadable, bytesOfBase64, bytesOfHex, hexOf } = await import(join(WEB, "bytes.mjs"));
const { parsePolicy } = await import(join(WEB, "policy.mjs"));
const { chargedTwice } = await import(join(WEB, "rules.mjs"));
const { olderBundle, olderNote } = await import(join(WEB, "since.mjs"));
const { verify } = await import(join(WEB, "verify.mjs"));
const { Verdict, asJson } = await import(join(WEB, "verdict.mjs"));
const { isPointOfUse, verified } = await import(join(WEB, "ed25519.mjs"));
const { sha256, sha512 } = await import(join(WEB, "sha.mjs"));
const { inflated } = await import(join(WEB, "inflate.mjs"));
const { parsed } = await import(join(WEB, "canonical.mjs"));
const TEXTS = JSON.parse(readFileSync(join(WEB, "../texts.json"), "utf8"));

const bytesAt = (path) => new Uint8Array(readFileSync(path));

function folder(path) {
  const names = readdirSync(path, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return new Folder(new Map(names.map((one) => {
    const full = join(one.parentPath, one.name);
    return [full.slice(path.length + 1), bytesAt(full)];
  })));
}

const ANSWERS = {
  verify({ bundles, policy, since = null, witnessed_since: witnessedSince = null, manifest = null, folders = false }) {
    const policyRaw = bytesAt(policy);
    const rules = parsePolicy(policyRaw);
    const older = since === null ? null : older_(bytesAt(since));
    const asked = { policy: rules, policyRaw, older, witnessedSince, manifestSha256: manifest };
    const files = (path) => (folders ? folder(path) : new Archive(bytesAt(path)));
    const reports = bundles.map((path) => verify(files(path), asked));
    const across = [...chargedTwice(reports.map((one) => [one.checkpoint.origin, one.entries]))];
    return {
      holds: reports.every((one) => !one.findings.length) && !across.length,
      bundles: reports.map((one) => asJson(one, rules)),
      across: across.map(([origin, one]) => ({ origin, ...one })),
      told: ["de", "en"].map((language) => reports.flatMap((one) => new Verdict(TEXTS, language).told(one, rules))),
    };
  },
  ed25519({ cases }) {
    return cases.map(([key, signature, message]) => verified(bytesOfHex(key), bytesOfHex(signature), bytesOfHex(message)));
  },
  points: ({ keys }) => keys.map((key) => isPointOfUse(bytesOfHex(key))),
  hashes: ({ messages }) => messages.map((one) => [hexOf(sha256(bytesOfHex(one))), hexOf(sha512(bytesOfHex(one)))]),
  inflate({ cases }) {
    return cases.map(([packed, size]) => {
      const raw = inflated(bytesOfBase64(packed), size);
      return raw === null ? null : hexOf(sha256(raw));
    });
  },
  canonical({ texts }) {
    return texts.map((text) => {
      try {
        parsed(bytesOfBase64(text));
        return true;
      } catch {
        return false;
      }
    });
  },
};

function older_(raw) {
  return raw[0] === 0x50 && raw[1] === 0x4b ? olderBundle(new Archive(raw)) : olderNote(raw);
}

function answer(job) {
  try {
    return ANSWERS[job.kind](job);
  } catch (fault) {
    if (fault instanceof Unreadable) return { holds: false, code: "unreadable", what: fault.key, file: fault.file };
    if (fault instanceof PolicyRefused) return { holds: false, code: "policy", what: fault.key, file: "" };
    throw fault;
  }
}

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(answer(JSON.parse(line))));
