import { decodeBytes } from '../../../ingest/parse/decode-bytes.js';

const tables = new Map<string, ReadonlyMap<string, readonly number[]>>();

/**
 * Encodes text for tests in any encoding that TextDecoder reads (the platform only encodes UTF-8), and in UTF-32.
 * Throws for a sign that the encoding lacks.
 */
export function encodeText(text: string, label: string): Buffer {
  if (label === 'utf-8') return Buffer.from(text);
  if (label === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (label === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  if (label.startsWith('utf-32')) return encodeUtf32(text, label === 'utf-32le');
  const table = tables.get(label) ?? makeTable(label);
  tables.set(label, table);
  return Buffer.from(
    Array.from(text).flatMap((char) => {
      const bytes = table.get(char);
      if (bytes === undefined) throw new Error(`${label} has no ${char}`);
      return bytes;
    }),
  );
}

function encodeUtf32(text: string, little: boolean): Buffer {
  const points = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  const bytes = Buffer.alloc(points.length * 4);
  for (const [index, point] of points.entries()) {
    if (little) bytes.writeUInt32LE(point, index * 4);
    else bytes.writeUInt32BE(point, index * 4);
  }
  return bytes;
}

/** Every sign of one or two bytes, by asking the decoder. */
function makeTable(label: string): ReadonlyMap<string, readonly number[]> {
  const table = new Map<string, readonly number[]>();
  const add = (bytes: readonly number[]) => {
    const char = decodeBytes(Uint8Array.from(bytes), label, 'loose') ?? '';
    if (Array.from(char).length === 1 && char !== '\ufffd' && !table.has(char)) table.set(char, bytes);
  };
  for (let first = 0; first < 256; first += 1) add([first]);
  for (let first = 0x81; first < 0xff; first += 1) {
    for (let second = 0x40; second < 0xff; second += 1) add([first, second]);
  }
  return table;
}
