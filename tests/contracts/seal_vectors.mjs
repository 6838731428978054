// The vectors once more, by WebCrypto alone: opens and seals every one of them, and checks the signatures.
// node seal_vectors.mjs <seal.json>; prints how many held, ends with 1 at the first that does not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const { subtle } = globalThis.crypto;
const utf8 = new TextEncoder();
const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64url'));
const text = (raw) => Buffer.from(raw).toString('base64url');
const join = (...parts) => new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? utf8.encode(part) : part))));
const two = (number) => new Uint8Array([number >> 8, number & 255]);

const KEM = join('KEM', two(0x20));
const HPKE = join('HPKE', two(0x20), two(1), two(2));

async function hmac(key, message) {
  const imported = await subtle.importKey('raw', key.length ? key : new Uint8Array(32), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await subtle.sign('HMAC', imported, message));
}
const extract = (suite, salt, label, ikm) => hmac(salt, join('HPKE-v1', suite, label, ikm));
async function expand(suite, prk, label, info, length) {
  return (await hmac(prk, join(two(length), 'HPKE-v1', suite, label, info, new Uint8Array([1])))).slice(0, length);
}

// A raw private key enters WebCrypto as PKCS #8.
const pkcs8 = (oid, raw) => join(Buffer.from(`302e020100300506032b65${oid}04220420`, 'hex'), raw);
const x25519 = {
  private: (raw) => subtle.importKey('pkcs8', pkcs8('6e', raw), 'X25519', false, ['deriveBits']),
  public: (raw) => subtle.importKey('raw', raw, 'X25519', false, []),
};
async function exchange(privateRaw, publicRaw) {
  const [mine, theirs] = await Promise.all([x25519.private(privateRaw), x25519.public(publicRaw)]);
  return new Uint8Array(await subtle.deriveBits({ name: 'X25519', public: theirs }, mine, 256));
}

async function keyAndNonce(exchanged, enc, receiver, info) {
  const none = new Uint8Array();
  const shared = await expand(KEM, await extract(KEM, none, 'eae_prk', exchanged), 'shared_secret', join(enc, receiver), 32);
  const psk = await extract(HPKE, none, 'psk_id_hash', none);
  const context = join(new Uint8Array([0]), psk, await extract(HPKE, none, 'info_hash', utf8.encode(info)));
  const secret = await extract(HPKE, shared, 'secret', none);
  const raw = await expand(HPKE, secret, 'key', context, 32);
  const key = await subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  return { key, iv: await expand(HPKE, secret, 'base_nonce', context, 12) };
}

async function checkSealing(vector) {
  const receiver = bytes(vector.public_key);
  const enc = bytes(vector.sealed.enc);
  assert.equal(vector.info, `lotse.seal.v1|${vector.type}|${vector.key}`);
  const digest = Buffer.from(await subtle.digest('SHA-256', receiver)).toString('hex');
  assert.equal(vector.sealed.kid, digest.slice(0, 16));

  const opening = await keyAndNonce(await exchange(bytes(vector.private_key), enc), enc, receiver, vector.info);
  const opened = await subtle.decrypt({ name: 'AES-GCM', iv: opening.iv }, opening.key, bytes(vector.sealed.ciphertext));
  assert.equal(new TextDecoder().decode(opened), vector.plaintext);

  const sealing = await keyAndNonce(await exchange(bytes(vector.ephemeral_private_key), receiver), enc, receiver, vector.info);
  const sealed = await subtle.encrypt({ name: 'AES-GCM', iv: sealing.iv }, sealing.key, utf8.encode(vector.plaintext));
  assert.equal(text(sealed), vector.sealed.ciphertext);
}

async function checkSigning(vector) {
  const { id, source, type, subject, tenant, data } = vector.envelope;
  const [, second, fraction = ''] = /^([^.Z]+)(?:\.(\d+))?Z$/.exec(vector.envelope.time);
  const time = `${second}.${fraction.padEnd(6, '0')}+00:00`;
  const { kid, enc, ciphertext } = data.sealed;
  const message = ['lotse.xfer.v1', id, time, source, type, subject, tenant, kid, enc, ciphertext].join('\n');
  assert.equal(message, vector.signed_bytes);
  const key = await subtle.importKey('raw', bytes(vector.public_key), 'Ed25519', false, ['verify']);
  assert.ok(await subtle.verify('Ed25519', key, bytes(vector.signature), utf8.encode(message)));
}

const vectors = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const vector of vectors.sealing) await checkSealing(vector);
for (const vector of vectors.signing) await checkSigning(vector);
console.log(`${vectors.sealing.length} sealed, ${vectors.signing.length} signed`);
