// An SMSC (SMPP 3.4) that does as it is told: takes, refuses, throttles, falls silent, or drops the line after taking.
// Usage: node smsc.cjs PORT. Orders come as lines of JSON on standard input, what happened leaves so on standard output.
'use strict';

const readline = require('node:readline');
const smpp = require('smpp');

const REFUSALS = { refuse: 0x0b, throttle: 0x58 }; // ESME_RINVDSTADR, ESME_RTHROTTLED: SMPP 3.4, table 5-2
const RECEIPT = 0x04; // esm_class of a delivery receipt: SMPP 3.4, 5.2.12
const ENDS = { take: 'DELIVRD', undelivered: 'UNDELIV', expire: 'EXPIRED' };

let does = 'take';
let numbers = {}; // what happens to one number, whatever else is said
let holding = false;
let held = [];
let count = 0;

const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

function obey(order) {
  if (order.does !== undefined) does = order.does;
  if (order.numbers !== undefined) numbers = order.numbers;
  if (order.hold !== undefined) holding = order.hold;
  if (order.release) held.splice(0).forEach((send) => send());
  if (order.cut) server.sessions.slice().forEach((session) => session.destroy());
  if (order.says) inbound(order.says);
  say({ event: 'obeyed', tag: order.tag });
}

const server = smpp.createServer((session) => {
  session.on('error', () => {});
  const bound = (pdu) => {
    session.send(pdu.response());
    say({ event: 'bound' });
  };
  session.on('bind_transceiver', bound);
  session.on('bind_receiver', bound);
  session.on('bind_transmitter', bound);
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => session.send(pdu.response()));
  session.on('submit_sm', (pdu) => submitted(session, pdu));
});

function submitted(session, pdu) {
  const number = plain(pdu.dest_addr_ton, pdu.destination_addr);
  const doing = numbers[number] ?? does;
  const { part, parts } = concatenation(pdu.short_message.udh);
  const id = `smsc-${++count}`;
  const text = pdu.short_message.message;
  const validity = pdu.validity_period ? pdu.validity_period.toISOString() : '';
  say({ event: 'submit', id, number, source: plain(pdu.source_addr_ton, pdu.source_addr), coding: pdu.data_coding, text, part, parts, doing, validity });
  if (doing === 'silent') return;
  if (doing === 'drop') {
    session.destroy();
    return;
  }
  if (doing in REFUSALS) {
    session.send(pdu.response({ command_status: REFUSALS[doing] }));
    return;
  }
  session.send(pdu.response({ message_id: id }), undefined, () => {
    if (!(pdu.registered_delivery & 1) || doing === 'no_receipt') return;
    const send = () => receipt(server.sessions[0] ?? session, pdu, id, ENDS[doing]); // whoever is bound by then
    if (holding) held.push(send);
    else setImmediate(send);
  });
}

// Type of number 1 is international: SMPP 3.4, 5.2.5.
function plain(type, address) {
  return type === 1 && !address.startsWith('+') ? `+${address}` : address;
}

// The text that most centres send: SMPP 3.4, appendix B.
function receipt(session, pdu, id, end) {
  const dlvrd = end === 'DELIVRD' ? '001' : '000';
  const text = `id:${id} sub:001 dlvrd:${dlvrd} submit date:2611250900 done date:2611250900 stat:${end} err:000 text:`;
  session.deliver_sm({
    esm_class: RECEIPT,
    source_addr_ton: pdu.dest_addr_ton,
    source_addr: pdu.destination_addr,
    dest_addr_ton: pdu.source_addr_ton,
    destination_addr: pdu.source_addr,
    short_message: text,
    receipted_message_id: id,
  });
  say({ event: 'receipt', id, end });
}

function inbound({ number, text }) {
  const [session] = server.sessions;
  session.deliver_sm({ source_addr: number, destination_addr: '4934112345', short_message: text });
}

function concatenation(udh) {
  const parts = (udh ?? []).find((element) => element[0] === 0x00); // 3GPP TS 23.040, 9.2.3.24.1
  return parts ? { part: parts[4], parts: parts[3] } : { part: 1, parts: 1 };
}

const lines = readline.createInterface({ input: process.stdin });
lines.on('line', (line) => obey(JSON.parse(line)));
lines.on('close', () => process.exit(0)); // who started it is gone
server.listen(Number(process.argv[2]), '127.0.0.1', () => say({ event: 'listening', port: server.address().port }));
