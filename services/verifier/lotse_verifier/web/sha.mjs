// SHA-256 and SHA-512 (FIPS 180-4): a browser has none to offer for a page that was opened from a disk.

import { joined } from "./bytes.mjs";

function primes(count) {
  const found = [];
  for (let number = 2n; found.length < count; number += 1n) {
    if (found.every((one) => number % one !== 0n)) found.push(number);
  }
  return found;
}

// The first `bits` bits of the fraction of a prime's root.
function fraction(prime, root, bits) {
  const scaled = prime << (root * bits);
  let low = 0n;
  let high = 1n << (bits + 10n);
  while (low + 1n < high) {
    const middle = (low + high) >> 1n;
    if (middle ** root <= scaled) low = middle;
    else high = middle;
  }
  return low & ((1n << bits) - 1n);
}

const K256 = new Int32Array(primes(64).map((one) => Number(fraction(one, 3n, 32n)) | 0));
const H256 = new Int32Array(primes(8).map((one) => Number(fraction(one, 2n, 32n)) | 0));
const K512 = primes(80).map((one) => fraction(one, 3n, 64n));
const H512 = primes(8).map((one) => fraction(one, 2n, 64n));
const MASK = (1n << 64n) - 1n;
const WORDS = new Int32Array(64);

const STATE = new Int32Array(8);
const TAIL = new Uint8Array(128);
const TAIL_VIEW = new DataView(TAIL.buffer);
const SCRATCH = new Uint8Array(4096);

// Over the parts as if they were one. Nodes of a tree are hashed by the hundred thousand, so little is made anew.
export function sha256(...parts) {
  const [bytes, length] = inOne(parts);
  STATE.set(H256);
  const whole = length - (length % 64);
  for (let at = 0; at < whole; at += 64) block256(STATE, bytes, at);
  const rest = length - whole;
  const end = rest < 56 ? 64 : 128;
  TAIL.fill(0);
  for (let at = 0; at < rest; at += 1) TAIL[at] = bytes[whole + at];
  TAIL[rest] = 0x80;
  TAIL_VIEW.setUint32(end - 8, Math.floor(length / 0x20000000));
  TAIL_VIEW.setUint32(end - 4, (length << 3) >>> 0);
  for (let at = 0; at < end; at += 64) block256(STATE, TAIL, at);
  const out = new Uint8Array(32);
  for (let at = 0; at < 8; at += 1) {
    out[4 * at] = STATE[at] >>> 24;
    out[4 * at + 1] = STATE[at] >>> 16;
    out[4 * at + 2] = STATE[at] >>> 8;
    out[4 * at + 3] = STATE[at];
  }
  return out;
}

function inOne(parts) {
  if (parts.length === 1) return [parts[0], parts[0].length];
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = length <= SCRATCH.length ? SCRATCH : new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return [bytes, length];
}

function block256(state, bytes, start) {
  const w = WORDS;
  for (let at = 0, from = start; at < 16; at += 1, from += 4) {
    w[at] = (bytes[from] << 24) | (bytes[from + 1] << 16) | (bytes[from + 2] << 8) | bytes[from + 3];
  }
  for (let at = 16; at < 64; at += 1) {
    const one = w[at - 15];
    const two = w[at - 2];
    const s0 = ((one >>> 7) | (one << 25)) ^ ((one >>> 18) | (one << 14)) ^ (one >>> 3);
    const s1 = ((two >>> 17) | (two << 15)) ^ ((two >>> 19) | (two << 13)) ^ (two >>> 10);
    w[at] = (w[at - 16] + s0 + w[at - 7] + s1) | 0;
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let at = 0; at < 64; at += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K256[at] + w[at]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

export function sha512(...parts) {
  const bytes = joined(...parts);
  const padded = new Uint8Array((Math.floor((bytes.length + 16) / 128) + 1) * 128);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  const state = [...H512];
  for (let at = 0; at < padded.length; at += 128) block512(state, view, at);
  const out = new Uint8Array(64);
  const written = new DataView(out.buffer);
  state.forEach((word, at) => written.setBigUint64(8 * at, word));
  return out;
}

function right(word, bits) {
  return ((word >> bits) | (word << (64n - bits))) & MASK;
}

function block512(state, view, start) {
  const w = [];
  for (let at = 0; at < 16; at += 1) w.push(view.getBigUint64(start + 8 * at));
  for (let at = 16; at < 80; at += 1) {
    const s0 = right(w[at - 15], 1n) ^ right(w[at - 15], 8n) ^ (w[at - 15] >> 7n);
    const s1 = right(w[at - 2], 19n) ^ right(w[at - 2], 61n) ^ (w[at - 2] >> 6n);
    w.push((w[at - 16] + s0 + w[at - 7] + s1) & MASK);
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 80; at += 1) {
    const s1 = right(e, 14n) ^ right(e, 18n) ^ right(e, 41n);
    const t1 = (h + s1 + ((e & f) ^ (~e & MASK & g)) + K512[at] + w[at]) & MASK;
    const s0 = right(a, 28n) ^ right(a, 34n) ^ right(a, 39n);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) & MASK;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) & MASK, c, b, a, (t1 + t2) & MASK];
  }
  [a, b, c, d, e, f, g, h].forEach((word, at) => {
    state[at] = (state[at] + word) & MASK;
  });
}
