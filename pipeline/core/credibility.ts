/**
 * How far a source is believed, 0 (worthless) … 1 (authoritative), from what a person or a sender wrote; null for what means nothing.
 *
 * A number from 0 to 1 is that fraction, as it always was; a whole number from 2 to 5 is a rank of five: 2 is 0.25, 3 is 0.5, 4 is 0.75, 5 is 1.
 * The lowest rank is written 0, because 1 has meant "authoritative" from the beginning.
 */
export function parseCredibility(value: number): number | null {
  if (value >= 0 && value <= 1) return value;
  return [2, 3, 4, 5].includes(value) ? (value - 1) / 4 : null;
}
