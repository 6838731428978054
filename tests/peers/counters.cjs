// Two counters of SMS segments that are not ours. Reads a text as JSON a line, writes what each counter says of it.
'use strict';

const readline = require('node:readline');
const { SegmentedMessage } = require('sms-segments-calculator');
const { split } = require('split-sms');

const CHARACTER_SETS = { GSM: 'GSM-7', Unicode: 'UCS-2' };
const BITS = { 'GSM-7': 7, 'UCS-2': 16 };
const BYTES = { GSM: 1, Unicode: 2 }; // it counts a septet as a byte

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const text = JSON.parse(line);
  const theirs = new SegmentedMessage(text);
  const others = split(text);
  const said = [
    { encoding: theirs.encodingName, units: theirs.messageSize / BITS[theirs.encodingName], segments: theirs.segmentsCount },
    { encoding: CHARACTER_SETS[others.characterSet], units: others.bytes / BYTES[others.characterSet], segments: others.parts.length },
  ];
  process.stdout.write(`${JSON.stringify(said)}\n`);
});
