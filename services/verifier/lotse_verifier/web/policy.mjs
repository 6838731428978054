// The auditor's policy; the page's side of policy.py. Source: C2SP tlog-policy, 2026-07-22. Names are bytes.

import { PolicyRefused, binaryOf, bytesOfBinary, same, textOf } from "./bytes.mjs";
import { LIMITS } from "./limits.mjs";
import { COSIGNER_KEY, LOG_KEY, cosigned, parseVkey } from "./notes.mjs";

export const NONE = "none";

export function parsePolicy(raw) {
  if (raw.length > LIMITS.policyBytes) throw new PolicyRefused("policy_too_large");
  const policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: "" };
  const used = new Set();
  binaryOf(raw).split("\n").forEach((line, at) => {
    if (/[\x00-\x08\x0a-\x1f\x7f]/.test(line) || at + 1 > LIMITS.policyLines) throw new PolicyRefused("policy_line", at + 1);
    const items = line.split(/[ \t]+/).filter(Boolean);
    if (items.length && !items[0].startsWith("#") && !take(policy, used, items)) {
      throw new PolicyRefused("policy_line", at + 1);
    }
  });
  if (!policy.quorum) throw new PolicyRefused("policy_without_quorum");
  if (!policy.logs.length) throw new PolicyRefused("policy_without_log");
  return policy;
}

function take(policy, used, [word, ...rest]) {
  if (word === "log" && (rest.length === 1 || rest.length === 2)) {
    const key = keyOf(rest[0], LOG_KEY, policy.logs);
    return key !== null && policy.logs.push(key) > 0;
  }
  if (word === "witness" && (rest.length === 2 || rest.length === 3)) {
    const key = keyOf(rest[1], COSIGNER_KEY, [...policy.witnesses.values()]);
    return isNew(policy, rest[0]) && key !== null && policy.witnesses.set(rest[0], key) !== null;
  }
  if (word === "group" && rest.length >= 3) {
    const group = groupOf(policy, used, rest[1], rest.slice(2));
    return isNew(policy, rest[0]) && group !== null && policy.groups.set(rest[0], group) !== null;
  }
  if (word === "quorum" && rest.length === 1 && !policy.quorum && (rest[0] === NONE || isKnown(policy, rest[0]))) {
    policy.quorum = rest[0];
    return true;
  }
  return false;
}

function keyOf(item, kind, others) {
  const text = textOf(bytesOfBinary(item));
  const key = text === null ? null : parseVkey(text);
  return key === null || key.kind !== kind || others.some((one) => same(one.key, key.key)) ? null : key;
}

function isKnown(policy, name) {
  return policy.witnesses.has(name) || policy.groups.has(name);
}

function isNew(policy, name) {
  return name !== NONE && !isKnown(policy, name);
}

function groupOf(policy, used, how, members) {
  if (new Set(members).size < members.length || members.some((one) => used.has(one) || !isKnown(policy, one))) return null;
  let least = { any: 1, all: members.length }[how];
  if (least === undefined) {
    least = /^[1-9][0-9]{0,9}$/.test(how) ? Number(how) : 0;
    if (least < 1 || least > members.length) return null;
  }
  members.forEach((one) => used.add(one));
  return { least, members };
}

// The witnesses of the policy that countersigned: name to time.
export function cosignatures(policy, checkpoint) {
  const found = new Map();
  for (const [name, key] of policy.witnesses) {
    const time = cosigned(checkpoint, key);
    if (time !== null) found.set(name, time);
  }
  return found;
}

export function isMet(policy, seen) {
  const names = new Set(seen);
  const has = (name) => {
    const group = policy.groups.get(name);
    return group ? group.members.filter(has).length >= group.least : names.has(name);
  };
  return policy.quorum === NONE || has(policy.quorum);
}
