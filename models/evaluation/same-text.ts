import { createHash } from 'node:crypto';

/**
 * What two texts must have in common to count as one, as a SHA-1: case, width, links, punctuation and blanks do not matter.
 *
 * It is the key by which the sets are split into train, dev and kept-back parts.
 */
export function sameTextKey(text: string): Buffer {
  const key = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/https?:\S+/g, '')
    .replace(/[\p{P}\p{S}\s]+/gu, ' ')
    .trim();
  return createHash('sha1').update(key).digest();
}
