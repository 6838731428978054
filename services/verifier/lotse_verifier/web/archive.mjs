// The files of a bundle, from a ZIP or a folder; the page's side of archive.py, names.py and folder.py.

import { Unreadable, binaryOf } from "./bytes.mjs";
import { LIMITS } from "./limits.mjs";
import { inflated } from "./inflate.mjs";

const [END_BYTES, CENTRAL_BYTES, LOCAL_BYTES] = [22, 46, 30];
const [END_MARK, CENTRAL_MARK, LOCAL_MARK] = [0x06054b50, 0x02014b50, 0x04034b50];
const [STORED, DEFLATED] = [0, 8];
const FLAG_UTF8 = 0x0800;
const UNIX = 3;
const [FILE_TYPE_MASK, REGULAR_FILE] = [0o170000, 0o100000];
const NAME = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/;
const CRC = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

export function checkNames(names, bytesAltogether) {
  if (names.length > LIMITS.files) throw new Unreadable("too_many_files");
  if (bytesAltogether > LIMITS.unpackedBytes) throw new Unreadable("unpacks_too_much");
  const seen = new Set();
  for (const name of names) {
    const parts = name.split("/");
    if (name.length > LIMITS.nameBytes || !NAME.test(name) || parts.includes(".") || parts.includes("..")) {
      throw new Unreadable("name_refused", name);
    }
    if (seen.has(name.toLowerCase())) throw new Unreadable("name_twice", name);
    seen.add(name.toLowerCase());
  }
}

// What verify() reads from: names, and a file by its name.
export class Archive {
  constructor(bytes) {
    if (bytes.length > LIMITS.archiveBytes) throw new Unreadable("archive_too_large");
    if (bytes.length < END_BYTES) throw new Unreadable("not_a_zip");
    this.bytes = bytes;
    this.members = new Map(members(bytes).map((one) => [one.name, one]));
    this.names = [...this.members.keys()].sort();
  }

  has(name) {
    return this.members.has(name);
  }

  size(name) {
    return this.members.get(name).size;
  }

  read(name) {
    const member = this.members.get(name);
    const start = member.offset + LOCAL_BYTES + name.length;
    const packed = this.bytes.subarray(start, start + member.packed);
    const raw = member.method === STORED ? packed : inflated(packed, member.size);
    if (raw === null || raw.length !== member.size || crc32(raw) !== member.crc) throw new Unreadable("file_damaged", name);
    return raw;
  }
}

// A folder that was read: names to bytes.
export class Folder {
  constructor(files) {
    let bytesAltogether = 0;
    for (const [name, raw] of files) {
      if (raw.length > LIMITS.fileBytes) throw new Unreadable("file_too_large", name);
      bytesAltogether += raw.length;
    }
    checkNames([...files.keys()], bytesAltogether);
    this.files = files;
    this.names = [...files.keys()].sort();
  }

  has(name) {
    return this.files.has(name);
  }

  size(name) {
    return this.files.get(name).length;
  }

  read(name) {
    return this.files.get(name);
  }
}

function crc32(bytes) {
  let value = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1) value = CRC[(value ^ bytes[at]) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

function members(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - END_BYTES;
  const short = (at) => view.getUint16(end + at, true);
  const count = short(10);
  if (view.getUint32(end, true) !== END_MARK || short(20) || short(4) || short(6) || short(8) !== count) {
    throw new Unreadable("not_a_zip");
  }
  const [length, offset] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  if (offset + length + END_BYTES !== bytes.length) throw new Unreadable("zip_has_gaps");
  if (length < count * CENTRAL_BYTES) throw new Unreadable("zip_damaged");
  const found = [];
  let at = offset;
  for (let left = count; left > 0; left -= 1) {
    const member = memberAt(bytes, view, at, end);
    found.push(member);
    at += CENTRAL_BYTES + member.name.length;
  }
  if (at !== end) throw new Unreadable("zip_damaged");
  checkNames(found.map((one) => one.name), found.reduce((sum, one) => sum + one.size, 0));
  checkLaidOut(bytes, view, found, offset);
  return found;
}

function memberAt(bytes, view, at, end) {
  if (at + CENTRAL_BYTES > end) throw new Unreadable("zip_damaged");
  const short = (from) => view.getUint16(at + from, true);
  const long = (from) => view.getUint32(at + from, true);
  const nameLength = short(28);
  if (long(0) !== CENTRAL_MARK || at + CENTRAL_BYTES + nameLength > end) throw new Unreadable("zip_damaged");
  const raw = binaryOf(bytes.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameLength));
  const name = raw.replace(/[^\x00-\x7f]/g, "\ufffd");
  const method = short(10);
  if (short(8) & ~FLAG_UTF8 || short(30) || short(32) || short(34) || ![STORED, DEFLATED].includes(method)) {
    throw new Unreadable("zip_unusual", name);
  }
  if (short(4) >> 8 === UNIX && ![0, REGULAR_FILE].includes((long(38) >>> 16) & FILE_TYPE_MASK)) {
    throw new Unreadable("not_a_file", name);
  }
  const member = { name, method, crc: long(16), packed: long(20), size: long(24), offset: long(42) };
  if (member.size > LIMITS.fileBytes) throw new Unreadable("file_too_large", name);
  if (member.size > LIMITS.ratioFreeBytes && member.size > member.packed * LIMITS.ratio) {
    throw new Unreadable("file_unpacks_too_much", name);
  }
  if (method === STORED && member.packed !== member.size) throw new Unreadable("zip_damaged", name);
  return member;
}

function checkLaidOut(bytes, view, found, end) {
  let at = 0;
  for (const member of [...found].sort((one, other) => one.offset - other.offset)) {
    if (member.offset !== at || at + LOCAL_BYTES + member.name.length + member.packed > end) {
      throw new Unreadable("zip_has_gaps", member.name);
    }
    const short = (from) => view.getUint16(at + from, true);
    const long = (from) => view.getUint32(at + from, true);
    const name = binaryOf(bytes.subarray(at + LOCAL_BYTES, at + LOCAL_BYTES + short(26)));
    const said = [long(0), short(6) & ~FLAG_UTF8, short(8), long(14), long(18), long(22), name, short(28)];
    const wanted = [LOCAL_MARK, 0, member.method, member.crc, member.packed, member.size, member.name, 0];
    if (said.some((one, place) => one !== wanted[place])) throw new Unreadable("zip_damaged", member.name);
    at += LOCAL_BYTES + name.length + member.packed;
  }
  if (at !== end) throw new Unreadable("zip_has_gaps");
}
