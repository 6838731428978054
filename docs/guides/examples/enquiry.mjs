// A frontend in JavaScript: upload a photo, publish an enquiry until it is accepted, read its state and its answer.
//
//     npm ci && node enquiry.mjs ENDPOINTS.json PHOTO.jpg [ASSOCIATION]
//
// Needs @nats-io/transport-node alone; content is sealed with WebCrypto. ENDPOINTS.json is what `lotse up` writes.
import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, headers, nkeyAuthenticator } from '@nats-io/transport-node';

const { subtle } = webcrypto;
const FRONTEND = 'web'; // our broker user; also what our orders' subjects end with
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford's base 32
const ASK_MS = 5_000;
const PATIENCE_MS = [2_000, 4_000, 8_000, 16_000, 30_000]; // for the business answer; the last one is repeated
const LOOK_MS = 5_000; // how often we look by ourselves whether there is an answer

/** The service said no: a code, the names of fields, and texts in four languages. */
class Refused extends Error {
  constructor(problem) {
    super(problem.code);
    this.problem = problem;
  }
}

async function main([endpoints, photo, association = 'auslaenderrat']) {
  const place = JSON.parse(await readFile(endpoints, 'utf8')).associations[association];
  const seed = (await readFile(place.credentials[FRONTEND], 'utf8')).trim();
  const client = await connect({
    servers: place.nats,
    authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)),
    inboxPrefix: `_INBOX_${FRONTEND}`, // the only inbox that our user may subscribe to
    maxReconnectAttempts: -1,
  });
  complain(client);
  try {
    await askForHelp(client, association, place, await readFile(photo));
  } finally {
    await client.close();
  }
}

/** What the broker denies reaches us here alone; whoever published only sees a time-out. */
async function complain(client) {
  for await (const status of client.status()) {
    if (status.type === 'error') console.error('broker:', status.error.message);
  }
}

async function askForHelp(client, association, place, photo) {
  const attachment = await upload(place.http.intake, photo);
  const key = await ask(client, association, 'intake.sealing-key.v1', {});
  const receiptCode = newReceiptCode();
  const pin = String(webcrypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000).padStart(6, '0');
  const order = await newEnquiry({ receiptCode, pin, attachment, sealKey: bytes(key.public_key) });
  console.log('enquiry:', order.enquiry_id);

  await submit(client, association, order, receiptCode);
  console.log('accepted; receipt code:', receiptCode, 'PIN:', pin);

  const state = await ask(client, association, 'intake.enquiry-state.v1', { receipt_code: receiptCode });
  console.log('state:', state.state);

  await untilAnswered(client, association, order, receiptCode);
  for (const entry of await conversation(client, association, receiptCode, pin)) console.log(`${entry.by}: ${entry.text}`);
}

/** Photos go over HTTP, before the enquiry; whoever holds the claim may attach the file, for one day. */
async function upload(intake, photo) {
  const answer = await fetch(`${intake}/attachments`, { method: 'POST', body: photo, headers: { 'Content-Type': 'image/jpeg' } });
  const given = await answer.json();
  if (answer.status !== 201) throw new Refused(given);
  return { attachment_id: given.attachment_id, claim: given.claim };
}

/** 128 random bits. She keeps the code; we send only its digest. */
function newReceiptCode() {
  let number = BigInt(`0x${Buffer.from(webcrypto.getRandomValues(new Uint8Array(16))).toString('hex')}`);
  let code = '';
  for (let place = 0; place < 26; place += 1, number >>= 5n) code = ALPHABET[Number(number & 31n)] + code;
  return code;
}

/** What she writes is sealed to intake, bound to this message type and this enquiry. */
async function newEnquiry({ receiptCode, pin, attachment, sealKey }) {
  const enquiryId = webcrypto.randomUUID();
  const content = {
    text: 'Здравствуйте! Пришло письмо из Jobcenter, и я не понимаю, что мне делать. Фото прилагаю.',
    name: 'Виктор',
    contact: { kind: 'email', value: 'viktor@example.org' },
    pin,
  };
  return {
    frontend: FRONTEND,
    enquiry_id: enquiryId,
    receipt_sha256: await sha256(utf8(receiptCode)),
    channel: 'web',
    language: 'ru',
    codes: ['documents'],
    content: await seal(utf8(JSON.stringify(content)), sealKey, 'intake.submit-enquiry.v1', enquiryId),
    attachments: [attachment],
    consent_to_contact: true,
    notice_version: '2026-11',
  };
}

/** Say it under one id until intake has committed it: stored by the broker is not accepted. */
async function submit(client, association, order, receiptCode) {
  const envelope = envelopeOf(association, 'intake.submit-enquiry.v1', order, order.frontend);
  const inbox = `_INBOX_${FRONTEND}.answer.${webcrypto.randomUUID()}`;
  const answers = client.subscribe(inbox);
  const next = reader(answers);
  const subject = `lotse.${association}.cmd.intake.submit-enquiry.v1.${FRONTEND}`;
  for (let turn = 0; ; ) {
    const head = headers();
    head.set('lotse-reply-to', inbox);
    head.set('traceparent', `00-${hex(16)}-${hex(8)}-01`);
    // The broker drops an id that it has stored, so a repetition gets a number; intake looks at the envelope's id.
    head.set('Nats-Msg-Id', turn ? `${envelope.id}.${turn}` : envelope.id);
    try {
      const receipt = await client.request(subject, JSON.stringify(envelope), { headers: head, timeout: ASK_MS });
      if (!receipt.json().error) turn += 1;
    } catch {
      // not stored; say it again under the same number
    }
    const raw = await next(PATIENCE_MS[Math.min(turn, PATIENCE_MS.length - 1)]);
    if (raw) {
      const answer = raw.json();
      if (answer.problem) throw new Refused(answer.problem);
      break;
    }
    if (await known(client, association, receiptCode)) break;
  }
  answers.unsubscribe();
}

/** Whether intake has it, should its answer have been lost on the way. */
async function known(client, association, receiptCode) {
  try {
    return (await ask(client, association, 'intake.enquiry-state.v1', { receipt_code: receiptCode })).known;
  } catch (fault) {
    if (fault instanceof Refused) throw fault;
    return false;
  }
}

/** A fact tells at once that an answer is there; facts are missed while we are away, so we also look. */
async function untilAnswered(client, association, order, receiptCode) {
  const facts = client.subscribe(`lotse.${association}.evt.intake.enquiry-answered.v1.*`);
  const next = reader(facts);
  const state = () => ask(client, association, 'intake.enquiry-state.v1', { receipt_code: receiptCode });
  while (!(await state()).answers) {
    let raw;
    do raw = await next(LOOK_MS);
    while (raw && raw.json().data.enquiry_id !== order.enquiry_id);
  }
  facts.unsubscribe();
}

/** All that was written, oldest first; intake seals it to a key that only we have. */
async function conversation(client, association, receiptCode, pin) {
  const own = await subtle.generateKey('X25519', true, ['deriveBits']);
  const publicKey = new Uint8Array(await subtle.exportKey('raw', own.publicKey));
  const type = 'intake.conversation.v1';
  const answer = await ask(client, association, type, { receipt_code: receiptCode, pin, reply_key: text(publicKey) });
  const opened = answer.entries.map(async (entry) => {
    const plaintext = await open(entry.content, { privateKey: own.privateKey, publicKey }, type, answer.enquiry_id);
    return { by: entry.by, text: new TextDecoder().decode(plaintext) };
  });
  return Promise.all(opened);
}

/** The answer; a refusal is thrown with the service's problem. */
async function ask(client, association, type, data) {
  const [service, name, version] = type.split('.');
  const subject = `lotse.${association}.ask.${service}.${name}.${version}`;
  const raw = await client.request(subject, JSON.stringify(envelopeOf(association, type, data)), { timeout: ASK_MS });
  if (raw.headers?.has('lotse-error')) throw new Refused(raw.json());
  return raw.json();
}

/** CloudEvents 1.0; `subject` repeats the last token of an order's subject. */
function envelopeOf(association, type, data, subject = undefined) {
  const id = webcrypto.randomUUID();
  const source = `${association}/${FRONTEND}`;
  return { specversion: '1.0', id, source, type, subject, time: new Date().toISOString(), data, correlationid: id, tenant: association };
}

/** Reads a subscription message by message; undefined when nothing comes in time. */
function reader(subscription) {
  const messages = subscription[Symbol.asyncIterator]();
  let coming = messages.next();
  return async (milliseconds) => {
    let timer;
    const tooLate = new Promise((resolve) => { timer = setTimeout(resolve, milliseconds); });
    const found = await Promise.race([coming, tooLate]);
    clearTimeout(timer);
    if (found) coming = messages.next();
    return found?.value;
  };
}

// Sealing: HPKE (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, one message, no AAD.

const KEM = join('KEM', two(0x20));
const HPKE = join('HPKE', two(0x20), two(1), two(2));

async function seal(plaintext, receiver, type, bound) {
  const ephemeral = await subtle.generateKey('X25519', true, ['deriveBits']);
  const enc = new Uint8Array(await subtle.exportKey('raw', ephemeral.publicKey));
  const { key, iv } = await keyAndNonce(await exchange(ephemeral.privateKey, receiver), enc, receiver, info(type, bound));
  const ciphertext = await subtle.encrypt({ name: 'AES-GCM', iv }, key, plaintext);
  return { kid: (await sha256(receiver)).slice(0, 16), enc: text(enc), ciphertext: text(ciphertext) };
}

async function open(sealed, own, type, bound) {
  const enc = bytes(sealed.enc);
  const { key, iv } = await keyAndNonce(await exchange(own.privateKey, enc), enc, own.publicKey, info(type, bound));
  return subtle.decrypt({ name: 'AES-GCM', iv }, key, bytes(sealed.ciphertext));
}

/** Sealed bytes open only for the message that they were sealed for. */
function info(type, bound) {
  return utf8(`lotse.seal.v1|${type}|${bound}`);
}

async function exchange(privateKey, publicRaw) {
  const theirs = await subtle.importKey('raw', publicRaw, 'X25519', false, []);
  return new Uint8Array(await subtle.deriveBits({ name: 'X25519', public: theirs }, privateKey, 256));
}

async function keyAndNonce(exchanged, enc, receiver, about) {
  const none = new Uint8Array();
  const shared = await expand(KEM, await extract(KEM, none, 'eae_prk', exchanged), 'shared_secret', join(enc, receiver), 32);
  const psk = await extract(HPKE, none, 'psk_id_hash', none);
  const context = join(new Uint8Array([0]), psk, await extract(HPKE, none, 'info_hash', about));
  const secret = await extract(HPKE, shared, 'secret', none);
  const raw = await expand(HPKE, secret, 'key', context, 32);
  const key = await subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  return { key, iv: await expand(HPKE, secret, 'base_nonce', context, 12) };
}

function extract(suite, salt, label, ikm) {
  return hmac(salt, join('HPKE-v1', suite, label, ikm));
}

async function expand(suite, prk, label, about, length) {
  const whole = await hmac(prk, join(two(length), 'HPKE-v1', suite, label, about, new Uint8Array([1])));
  return whole.slice(0, length);
}

async function hmac(key, message) {
  const raw = key.length ? key : new Uint8Array(32);
  const imported = await subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await subtle.sign('HMAC', imported, message));
}

async function sha256(raw) {
  return Buffer.from(await subtle.digest('SHA-256', raw)).toString('hex');
}

function utf8(string) {
  return new TextEncoder().encode(string);
}

function bytes(base64url) {
  return new Uint8Array(Buffer.from(base64url, 'base64url'));
}

function text(raw) {
  return Buffer.from(raw).toString('base64url');
}

function two(number) {
  return new Uint8Array([number >> 8, number & 255]);
}

function join(...parts) {
  return new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? utf8(part) : part))));
}

function hex(count) {
  return Buffer.from(webcrypto.getRandomValues(new Uint8Array(count))).toString('hex');
}

await main(process.argv.slice(2));
