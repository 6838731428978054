// Signed notes, checkpoints and cosignatures; the page's side of notes.py. Source: C2SP, 2026-07-22.

import { Unreadable, base64Of, bytesOf, bytesOfBase64, hexOf, joined, same, textOf } from "./bytes.mjs";
import { isPointOfUse, verified, verifiedText } from "./ed25519.mjs";
import { LIMITS } from "./limits.mjs";
import { sha256 } from "./sha.mjs";

export const LOG_KEY = 0x01;
export const COSIGNER_KEY = 0x04;
const [PUBLIC_BYTES, KEY_ID_BYTES, TIME_BYTES] = [32, 4, 8];
export const HASH_BYTES = 32;
const TIME_MAX = 253402300799n;
const DASH = "\u2014 ";
export const NUMBER = /^(?:0|[1-9][0-9]{0,15})$/;
const KEY_NAME = /^[^+\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/;

function keyId(name, kind, key) {
  return sha256(bytesOf(name), Uint8Array.of(10, kind), key).slice(0, KEY_ID_BYTES);
}

// A verifier key; null for what is none that we can check with.
export function parseVkey(text) {
  const parts = text.split("+");
  if (parts.length < 3) return null;
  const [name, id] = parts;
  const raw = bytesOfBase64(parts.slice(2).join("+"));
  if (raw === null || !KEY_NAME.test(name) || raw.length !== 1 + PUBLIC_BYTES) return null;
  if (raw[0] !== LOG_KEY && raw[0] !== COSIGNER_KEY) return null;
  const key = { name, kind: raw[0], key: raw.slice(1), id: keyId(name, raw[0], raw.subarray(1)) };
  if (id !== hexOf(key.id) || !isPointOfUse(key.key)) return null;
  return { ...key, text: `${name}+${id}+${base64Of(raw)}` };
}

export function parseCheckpoint(raw, file) {
  if (raw.length > LIMITS.noteBytes) throw new Unreadable("note_too_large", file);
  const whole = textOf(raw);
  const gap = whole === null ? -1 : whole.lastIndexOf("\n\n");
  if (gap < 0 || !whole.endsWith("\n") || /[\x00-\x09\x0b-\x1f]/.test(whole)) throw new Unreadable("not_a_checkpoint", file);
  const [text, below] = [whole.slice(0, gap), whole.slice(gap + 2)];
  if (!below) throw new Unreadable("not_a_checkpoint", file);
  const lines = below.slice(0, -1).split("\n");
  if (lines.length > LIMITS.signatures) throw new Unreadable("too_many_signatures", file);
  const said = text.split("\n");
  const signatures = lines.map(signatureLine);
  const root = said.length === 3 ? bytesOfBase64(said[2]) : null;
  const wellFormed = root !== null && root.length === HASH_BYTES && said[0] && NUMBER.test(said[1]);
  if (!wellFormed || Number(said[1]) > Number.MAX_SAFE_INTEGER || signatures.includes(null)) {
    throw new Unreadable("not_a_checkpoint", file);
  }
  return { text: `${text}\n`, origin: said[0], size: Number(said[1]), root, lines: signatures };
}

function signatureLine(line) {
  if (!line.startsWith(DASH)) return null;
  const rest = line.slice(DASH.length);
  const space = rest.indexOf(" ");
  const raw = space < 0 ? null : bytesOfBase64(rest.slice(space + 1));
  if (raw === null || raw.length <= KEY_ID_BYTES || !KEY_NAME.test(rest.slice(0, space))) return null;
  return { name: rest.slice(0, space), raw };
}

function blobs(checkpoint, key) {
  const mine = checkpoint.lines.filter(({ name, raw }) => name === key.name && same(raw.subarray(0, KEY_ID_BYTES), key.id));
  return mine.map(({ raw }) => raw.subarray(KEY_ID_BYTES));
}

export function logSigned(checkpoint, key) {
  const mine = blobs(checkpoint, key);
  return mine.length > 0 && mine.every((blob) => verifiedText(key.key, blob, checkpoint.text));
}

// When this witness says to have seen it, in seconds since 1970; null if it does not.
export function cosigned(checkpoint, key) {
  const times = [];
  for (const blob of blobs(checkpoint, key)) {
    let time = 0n;
    for (const byte of blob.subarray(0, TIME_BYTES)) time = (time << 8n) | BigInt(byte);
    const message = joined(bytesOf(`cosignature/v1\ntime ${time}\n`), bytesOf(checkpoint.text));
    if (time > TIME_MAX || !verified(key.key, blob.subarray(TIME_BYTES), message)) return null;
    times.push(Number(time));
  }
  return times.length ? Math.max(...times) : null;
}
