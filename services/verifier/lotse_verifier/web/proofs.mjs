// The proof of one entry; the page's side of proofs.py. Source: C2SP tlog-proof, 2026-07-22.

import { Unreadable, binaryOf, bytesOfBase64, bytesOfBinary } from "./bytes.mjs";
import { LIMITS } from "./limits.mjs";
import { HASH_BYTES, NUMBER, parseCheckpoint } from "./notes.mjs";

const HEADER = "c2sp.org/tlog-proof@v1";
export const PROOF_NAME = /^proofs\/(0|[1-9][0-9]{0,15})\.tlog-proof$/;
const INDEX = "index ";

export function parseProof(raw, file) {
  if (raw.length > LIMITS.proofBytes) throw new Unreadable("proof_too_large", file);
  const text = binaryOf(raw);
  const gap = text.indexOf("\n\n");
  const [first, second = "", ...hashes] = text.slice(0, Math.max(gap, 0)).split("\n");
  const number = second.slice(INDEX.length);
  const path = hashes.slice(0, LIMITS.proofHashes + 1).map(bytesOfBase64);
  const well = gap >= 0 && first === HEADER && second.startsWith(INDEX) && NUMBER.test(number);
  if (!well || hashes.length > LIMITS.proofHashes || path.some((one) => one === null || one.length !== HASH_BYTES)) {
    throw new Unreadable("not_a_proof", file);
  }
  return { index: Number(number), path, note: text.slice(gap + 2) };
}

// The checkpoint in a proof, or these bytes themselves if they are none.
export function noteOf(raw) {
  const text = binaryOf(raw);
  if (!text.startsWith(HEADER)) return raw;
  const gap = text.indexOf("\n\n");
  return bytesOfBinary(gap < 0 ? "" : text.slice(gap + 2));
}

// Checkpoints by their bytes: all proofs of a bundle have the same one.
export class Notes {
  constructor() {
    this.known = new Map();
  }

  parsed(binary, file) {
    if (!this.known.has(binary)) this.known.set(binary, parseCheckpoint(bytesOfBinary(binary), file));
    return this.known.get(binary);
  }
}
