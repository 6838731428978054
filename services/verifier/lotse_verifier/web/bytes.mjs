// Bytes, texts and base64, and what can be wrong with a bundle: the page's side of faults.py.

export class Unreadable extends Error {
  constructor(key, file = "") {
    super(key);
    this.key = key;
    this.file = safeName(file);
  }
}

export class PolicyRefused extends Error {
  constructor(key, line = 0) {
    super(key);
    this.key = key;
    this.line = line;
  }
}

const NAME_SHOWN_MAX = 80;
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LOOSE = new TextDecoder("utf-8", { ignoreBOM: true });
const ENCODER = new TextEncoder();
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function safeName(name) {
  return [...name].map((one) => (/[A-Za-z0-9._/+-]/.test(one) ? one : "?")).slice(0, NAME_SHOWN_MAX).join("");
}

export function finding(code, what, given = {}) {
  const { index = null, until = null, file = "", values = [] } = given;
  return { code, what, index, until, file, values };
}

// The text of these bytes; null if they are no UTF-8.
export function textOf(bytes) {
  try {
    return STRICT.decode(bytes);
  } catch {
    return null;
  }
}

export function looseTextOf(bytes) {
  return LOOSE.decode(bytes);
}

export function bytesOf(text) {
  return ENCODER.encode(text);
}

// One character a byte: for patterns over bytes, and as a key of maps.
export function binaryOf(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192));
  }
  return text;
}

export function bytesOfBinary(text) {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function same(one, other) {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

export function hexOf(bytes) {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

export function bytesOfHex(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = parseInt(text.substr(2 * at, 2), 16);
  return bytes;
}

// Standard base64 in its one spelling; null for anything else.
export function bytesOfBase64(text) {
  if (!BASE64.test(text)) return null;
  const plain = text.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((plain.length * 3) / 4));
  let buffer = 0;
  let bits = 0;
  let at = 0;
  for (const one of plain) {
    buffer = ((buffer << 6) | ALPHABET.indexOf(one)) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (buffer >> bits) & 0xff;
      at += 1;
    }
  }
  return (buffer & ((1 << bits) - 1)) === 0 ? bytes : null;
}

export function base64Of(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const some = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const left = bytes.length - at;
    text += ALPHABET[some >> 18] + ALPHABET[(some >> 12) & 63];
    text += left > 1 ? ALPHABET[(some >> 6) & 63] : "=";
    text += left > 2 ? ALPHABET[some & 63] : "=";
  }
  return text;
}

// A member of an object that is its own; a name such as `constructor` finds nothing.
export function own(object, name) {
  return Object.prototype.hasOwnProperty.call(object, name) ? object[name] : undefined;
}
