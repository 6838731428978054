// Which keys may sign for the log; the page's side of rotation.py.

import { bytesOfBase64, own, same } from "./bytes.mjs";
import { verifiedText } from "./ed25519.mjs";
import { LOG_KEY, parseVkey } from "./notes.mjs";

const HEADER = "lotse.key-rotation.v1";
const KIND = "key_rotated";

export function logKeys(trusted, entries, origin) {
  const keys = { current: trusted.filter((key) => key.name === origin), former: [], steps: [], false: [] };
  const pairs = [];
  const among = (list, key) => list.some((one) => one.text === key.text);
  for (const entry of entries) {
    if (entry.kind === KIND) {
      const step = stepOf(entry, origin);
      if (step === null) keys.false.push(entry.index);
      else {
        pairs.push(step);
        if (among(keys.current, step[0]) && !among(keys.current, step[1])) {
          keys.current.push(step[1]);
          keys.steps.push(entry.index);
        }
      }
    }
  }
  for (const [old, next] of pairs.reverse()) {
    const known = [...keys.current, ...keys.former];
    if (among(known, next) && !among(known, old)) keys.former.push(old);
  }
  return keys;
}

function stepOf({ data }, origin) {
  const member = (name) => (typeof own(data, name) === "string" ? data[name] : "");
  const [old, next] = [parseVkey(member("old_vkey")), parseVkey(member("new_vkey"))];
  const [first, second] = [bytesOfBase64(member("old_signature")), bytesOfBase64(member("new_signature"))];
  if (old === null || next === null || first === null || second === null) return null;
  if (old.name !== origin || next.name !== origin || old.kind !== LOG_KEY || next.kind !== LOG_KEY) return null;
  if (same(old.key, next.key)) return null;
  const text = `${HEADER}\n${old.name}\n${old.text}\n${next.text}\n`;
  return verifiedText(old.key, first, text) && verifiedText(next.key, second, text) ? [old, next] : null;
}
