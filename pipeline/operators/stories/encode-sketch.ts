import { KEYS, MAX_FACTS, MAX_TOKENS, type StorySketch } from './sketch-story.js';

/** The first byte: another layout, or other meanings of words, get another number, and old sketches are left aside. */
const FORMAT = 1;
const HEADER_BYTES = 4;
const UNIT_BYTES = 4;

/** A sketch as it is kept with its document: base64, 48 to 372 characters. */
export function encodeSketch({ tokens, facts, keys, open }: StorySketch): string {
  const units = [...tokens, ...facts, ...keys];
  const bytes = Buffer.alloc(HEADER_BYTES + units.length * UNIT_BYTES);
  bytes.set([FORMAT, tokens.length, facts.length, open ? 1 : 0]);
  for (const [index, unit] of units.entries()) bytes.writeUInt32LE(unit, HEADER_BYTES + index * UNIT_BYTES);
  return bytes.toString('base64');
}

/** The sketch again, or null when another release wrote it in another format. */
export function decodeSketch(encoded: string): StorySketch | null {
  const bytes = Buffer.from(encoded, 'base64');
  const [format, tokens = 0, facts = 0, open] = bytes;
  const fits =
    format === FORMAT &&
    tokens <= MAX_TOKENS &&
    facts <= MAX_FACTS &&
    bytes.length === HEADER_BYTES + (tokens + facts + KEYS) * UNIT_BYTES;
  if (!fits) return null;
  const read = (from: number, count: number) =>
    Uint32Array.from({ length: count }, (_, index) =>
      bytes.readUInt32LE(HEADER_BYTES + (from + index) * UNIT_BYTES),
    );
  return {
    tokens: read(0, tokens),
    facts: read(tokens, facts),
    keys: read(tokens + facts, KEYS),
    open: open === 1,
  };
}
