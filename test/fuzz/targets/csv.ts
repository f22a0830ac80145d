import { createRowDecoder } from '../../../ingest/sources/files/decode-row.js';
import { readCsvRows } from '../../../ingest/sources/files/read-csv-rows.js';
import { piecesOf } from '../target.js';

export const seeds = [
  ...piecesOf([
    'id,text,at\n1,"a ""b""\nc",2026-03-31\n2,x,2026-03-31\n',
    'a\r\nb\r\n\r\nc,"d',
    '"a"b,c\n"\n',
    '\ufeffid,值\n1,到货很慢\n',
  ]),
  Uint8Array.from([0x31, 0x2c, 0xb5, 0xbd, 0xbb, 0xf5, 0x0a, 0x32, 0x2c, 0x80, 0xff]),
];
export const pieces = piecesOf(['"', '""', ',', '\r', '\n', '\r\n', '",', '\u0000', '"\n', 'id,text\n']);

/** As many as T8 asks for; a row costs 6 µs, however short it is, and 40 µs when it has not as many fields as the first one (csv-parse makes an error of it, which we do not want). */
const MAX_BYTES = 50_000;
/** Two readings of as many as 25,000 rows each, every second one of another length. */
export const limitMs = 3_000;

/** Places rise and lie within the bytes, and a reading that goes on from any of them gives the same rows, wherever the bytes are cut. */
export async function run(input: Uint8Array): Promise<void> {
  const bytes = input.subarray(0, MAX_BYTES);
  const whole = await rowsOf([Buffer.from(bytes)]);
  let before = 0;
  for (const { end } of whole) {
    if (end <= before || end > bytes.length) throw new Error(`The place ${end} comes after ${before}.`);
    before = end;
  }
  const half = Math.floor(bytes.length / 2);
  const cut = await rowsOf([Buffer.from(bytes.slice(0, half)), Buffer.from(bytes.slice(half))]);
  if (JSON.stringify(cut) !== JSON.stringify(whole)) throw new Error('Cut bytes give other rows.');
}

async function rowsOf(parts: readonly Buffer[]) {
  const chunks = (async function* () {
    await Promise.resolve();
    yield* parts.filter((part) => part.length > 0);
  })();
  const decode = createRowDecoder(null, parts[0] ?? Buffer.alloc(0));
  const rows = readCsvRows(chunks, { delimiter: ',', columns: null, decode, firstNumber: 1 });
  const found: { end: number; number: number }[] = [];
  for await (const { end, number } of rows) found.push({ end, number });
  return found;
}
