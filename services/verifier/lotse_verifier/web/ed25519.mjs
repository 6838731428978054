// Ed25519 verification (RFC 8032, section 5.1.7), without a cofactor: nothing here is secret, so nothing is constant in time.

import { bytesOf, hexOf } from "./bytes.mjs";
import { sha512 } from "./sha.mjs";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = modulo(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);
const G = point(modulo(4n * inverse(5n)), 0n);
const ZERO = { x: 0n, y: 1n, z: 1n, t: 0n };
const SMALL_ORDER_Y = [
  0n,
  1n,
  P - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
];

function modulo(number) {
  const rest = number % P;
  return rest < 0n ? rest + P : rest;
}

function power(number, exponent) {
  let result = 1n;
  for (let factor = modulo(number), left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
  }
  return result;
}

function inverse(number) {
  return power(number, P - 2n);
}

// The point with this Y and this sign of X; null if there is none.
function point(y, sign) {
  const square = modulo((y * y - 1n) * inverse(D * y * y + 1n));
  let x = power(square, (P + 3n) / 8n);
  if ((x * x) % P !== square) x = (x * ROOT_OF_MINUS_ONE) % P;
  if ((x * x) % P !== square || (x === 0n && sign === 1n)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return { x, y, z: 1n, t: (x * y) % P };
}

function added(p, q) {
  const a = modulo((p.y - p.x) * (q.y - q.x));
  const b = modulo((p.y + p.x) * (q.y + q.x));
  const c = modulo(2n * p.t * q.t * D);
  const d = modulo(2n * p.z * q.z);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return { x: modulo(e * f), y: modulo(g * h), z: modulo(f * g), t: modulo(e * h) };
}

function doubled(p) {
  const [a, b, c] = [(p.x * p.x) % P, (p.y * p.y) % P, 2n * ((p.z * p.z) % P)];
  const e = modulo((p.x + p.y) * (p.x + p.y) - a - b);
  const [g, h] = [b - a, -a - b];
  const f = g - c;
  return { x: modulo(e * f), y: modulo(g * h), z: modulo(f * g), t: modulo(e * h) };
}

// one * P + other * Q
function combined(one, p, other, q) {
  const both = added(p, q);
  let sum = ZERO;
  for (let bit = 255n; bit >= 0n; bit -= 1n) {
    sum = doubled(sum);
    const [first, second] = [(one >> bit) & 1n, (other >> bit) & 1n];
    if (first && second) sum = added(sum, both);
    else if (first) sum = added(sum, p);
    else if (second) sum = added(sum, q);
  }
  return sum;
}

function numberOf(bytes) {
  return bytes.length ? BigInt(`0x${hexOf(Uint8Array.from(bytes).reverse())}`) : 0n;
}

function encoded(p) {
  const scale = inverse(p.z);
  const [x, y] = [modulo(p.x * scale), modulo(p.y * scale)];
  const hex = (y | ((x & 1n) << 255n)).toString(16).padStart(64, "0");
  return hex.match(/../g).reverse().join("");
}

function decoded(bytes) {
  const number = numberOf(bytes);
  const y = number & (2n ** 255n - 1n);
  return y < P ? point(y, number >> 255n) : null;
}

// Whether a public key is written in its one way and does not fit every signature.
export function isPointOfUse(bytes) {
  const y = numberOf(bytes) & (2n ** 255n - 1n);
  return y < P && !SMALL_ORDER_Y.includes(y);
}

export function verified(key, signature, message) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const a = decoded(key);
  const s = numberOf(signature.subarray(32));
  if (a === null || s >= L) return false;
  const k = numberOf(sha512(signature.subarray(0, 32), key, message)) % L;
  const minusA = { x: modulo(-a.x), y: a.y, z: 1n, t: modulo(-a.t) };
  return encoded(combined(s, G, k, minusA)) === hexOf(signature.subarray(0, 32));
}

export function verifiedText(key, signature, text) {
  return verified(key, signature, bytesOf(text));
}
