// Inflate (RFC 1951) that never writes more than it was told to expect, and works in every browser.

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCES = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193,
  12289, 16385, 24577,
];
const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const BITS_MAX = 15;

class Damaged extends Error {}

// The bytes, exactly `size` of them from all of `packed`; null for anything else.
export function inflated(packed, size) {
  try {
    const state = { packed, at: 0, buffer: 0, bits: 0, out: new Uint8Array(size), written: 0 };
    let last = 0;
    while (!last) {
      last = taken(state, 1);
      const kind = taken(state, 2);
      if (kind === 0) stored(state);
      else if (kind === 1) coded(state, FIXED.lengths, FIXED.distances);
      else if (kind === 2) coded(state, ...announced(state));
      else throw new Damaged();
    }
    const used = state.at - Math.floor(state.bits / 8);
    return state.written === size && used === packed.length ? state.out : null;
  } catch (fault) {
    if (fault instanceof Damaged) return null;
    throw fault;
  }
}

function taken(state, count) {
  while (state.bits < count) {
    if (state.at >= state.packed.length) throw new Damaged();
    state.buffer |= state.packed[state.at] << state.bits;
    state.at += 1;
    state.bits += 8;
  }
  const value = state.buffer & ((1 << count) - 1);
  state.buffer >>>= count;
  state.bits -= count;
  return value;
}

function stored(state) {
  taken(state, state.bits % 8);
  const length = taken(state, 16);
  if (taken(state, 16) !== (~length & 0xffff)) throw new Damaged();
  for (let left = length; left > 0; left -= 1) put(state, taken(state, 8));
}

function put(state, byte) {
  if (state.written >= state.out.length) throw new Damaged();
  state.out[state.written] = byte;
  state.written += 1;
}

// A canonical code as the count of codes by length, and the symbols in the order of their codes.
function table(lengths) {
  const counts = new Array(BITS_MAX + 1).fill(0);
  for (const length of lengths) counts[length] += 1;
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length <= BITS_MAX; length += 1) {
    left = 2 * left - counts[length];
    if (left < 0) throw new Damaged();
  }
  const symbols = [];
  for (let length = 1; length <= BITS_MAX; length += 1) {
    lengths.forEach((one, symbol) => {
      if (one === length) symbols.push(symbol);
    });
  }
  return { counts, symbols, whole: left === 0 };
}

function symbolOf(state, { counts, symbols }) {
  let [code, first, index] = [0, 0, 0];
  for (let length = 1; length <= BITS_MAX; length += 1) {
    code |= taken(state, 1);
    const count = counts[length];
    if (code - first < count) return symbols[index + code - first];
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  throw new Damaged();
}

function announced(state) {
  const [literals, distances, codes] = [taken(state, 5) + 257, taken(state, 5) + 1, taken(state, 4) + 4];
  if (literals > 286 || distances > 30) throw new Damaged();
  const lengths = new Array(19).fill(0);
  for (let at = 0; at < codes; at += 1) lengths[CODE_ORDER[at]] = taken(state, 3);
  const code = table(lengths);
  if (!code.whole) throw new Damaged();
  const all = [];
  while (all.length < literals + distances) {
    const symbol = symbolOf(state, code);
    if (symbol < 16) all.push(symbol);
    else repeat(all, symbol, state);
  }
  if (all.length !== literals + distances || all[256] === 0) throw new Damaged();
  return [table(all.slice(0, literals)), table(all.slice(literals))];
}

function repeat(all, symbol, state) {
  if (symbol === 16 && !all.length) throw new Damaged();
  const value = symbol === 16 ? all[all.length - 1] : 0;
  const times = symbol === 16 ? 3 + taken(state, 2) : symbol === 17 ? 3 + taken(state, 3) : 11 + taken(state, 7);
  for (let left = times; left > 0; left -= 1) all.push(value);
}

function coded(state, lengths, distances) {
  for (;;) {
    const symbol = symbolOf(state, lengths);
    if (symbol === 256) return;
    if (symbol < 256) put(state, symbol);
    else copied(state, symbol - 257, distances);
  }
}

function copied(state, which, distances) {
  if (which >= LENGTHS.length) throw new Damaged();
  const length = LENGTHS[which] + taken(state, LENGTH_BITS[which]);
  const far = symbolOf(state, distances);
  if (far >= DISTANCES.length) throw new Damaged();
  const distance = DISTANCES[far] + taken(state, DISTANCE_BITS[far]);
  if (distance > state.written) throw new Damaged();
  for (let left = length; left > 0; left -= 1) put(state, state.out[state.written - distance]);
}

const FIXED = {
  lengths: table([...Array(288).keys()].map((one) => (one < 144 ? 8 : one < 256 ? 9 : one < 280 ? 7 : 8))),
  distances: table(new Array(30).fill(5)),
};
