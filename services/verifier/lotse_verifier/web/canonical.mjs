// RFC 8785 JSON, as far as the log uses it; the page's side of canonical.py.

import { textOf } from "./bytes.mjs";
import { LIMITS } from "./limits.mjs";

export class NotCanonical extends Error {}

const TOKENS = /"(?:[^"\\]|\\[^])*"|[[\]{}]/g;
const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?:^|[^\ud800-\udbff])[\udc00-\udfff]/;

export function canonical(value) {
  return written(value, LIMITS.jsonDepth);
}

function written(value, depth) {
  if (depth < 0) throw new NotCanonical("too deep");
  if (typeof value === "string") {
    if (HALF.test(value)) throw new NotCanonical("half a character");
    return JSON.stringify(value);
  }
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new NotCanonical("no integer");
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map((one) => written(one, depth - 1)).join(",")}]`;
  const members = Object.keys(value).sort().map((name) => `${written(name, 0)}:${written(value[name], depth - 1)}`);
  return `{${members.join(",")}}`;
}

// What these bytes say, if they are exactly its canonical form.
export function parsed(raw) {
  const text = textOf(raw);
  if (text === null || depthOf(text) > LIMITS.jsonDepth) throw new NotCanonical("not UTF-8, or too deep");
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NotCanonical("not JSON");
  }
  if (written(value, LIMITS.jsonDepth) !== text) throw new NotCanonical("another spelling");
  return value;
}

function depthOf(text) {
  let brackets = 0;
  for (let at = 0; at < text.length; at += 1) {
    const one = text.charCodeAt(at);
    if (one === 0x5b || one === 0x7b) brackets += 1;
  }
  if (brackets <= LIMITS.jsonDepth) return 0;
  let [deepest, depth] = [0, 0];
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === "[" || token === "{") deepest = Math.max(deepest, (depth += 1));
    else if (token === "]" || token === "}") depth -= 1;
  }
  return deepest;
}
