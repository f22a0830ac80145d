import { createHash } from 'node:crypto';
import { documentText } from '../core/scored.js';
import { normaliseText } from './normalise-text.js';

/** More than this of a text does not tell stories apart. */
const MAX_UNITS = 20_000;

/**
 * The story a text belongs to: 32 hex digits, equal for copies of one text.
 *
 * Case, white space, links, @users, a leading `RT @x:` or `via @x` at the end, punctuation and emoji do not count. Words, numbers, signs
 * before numbers, per cent, currencies, hashtags and cashtags do: "up 2 %" and "up 20 %", "+3 %" and "-3 %" are
 * different stories. A text without any word (a picture, a link alone) is told apart by its raw form; there is
 * no lower limit otherwise, so two equal posts of two words are one story. `normalised` is what `normaliseText` makes of the
 * whole text, for a caller who has it already.
 */
export function storyIdOf(title: string | null, text: string, normalised?: string): string {
  const whole = documentText({ title, text });
  const key = storyKey(
    normalised === undefined || whole.length > MAX_UNITS
      ? normaliseText(whole.slice(0, MAX_UNITS))
      : normalised,
  );
  return createHash('sha256')
    .update(key === '' ? `raw:${whole}` : key)
    .digest('hex')
    .slice(0, 32);
}

/** The words of a normalised text that make the fingerprint, joined by single spaces. */
function storyKey(normalised: string): string {
  const plain = normalised
    .toLowerCase()
    .replace(/\b(?:https?:\/\/|www\.|pic\.twitter\.com\/|t\.co\/)\S*/g, ' ')
    .replace(/^(?:\s*rt\b[\s:]*@\w+:?)+/, ' ')
    .replace(/(?:\bvia\s+)?@\w+/g, ' ')
    .replace(/[−–‒﹣-](?=[\d$€£¥.])/g, '-')
    .replace(/(\d)[,'’](?=\d{3}(?!\d))/g, '$1');
  // A sign counts where a number follows and no word or number stands right before it ("+3%", not "2-3" or "A-3").
  const tokens = plain.match(
    /(?<![\p{Script=Latin}\p{N}])[+-](?=[$€£¥]?\.?\d)|\d+(?:\.\d+)*|[\p{L}\p{M}]+|[%‰$€£¥]/gu,
  );
  return tokens === null ? '' : tokens.join(' ');
}
