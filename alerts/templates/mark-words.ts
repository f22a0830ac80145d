import { html, type SafeHtml } from './html.js';

const IDEOGRAPHS = /[\u3400-\u9fff]/;

/** The text with each of the words in bold and underlined: both are seen in print, in the dark and without colours. */
export function markWords(text: string, words: readonly string[]): SafeHtml {
  if (words.length === 0) return html`${text}`;
  const longestFirst = [...words].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(${longestFirst.map(toPattern).join('|')})`, 'giu');
  // Every second part is what the group has caught.
  const parts = text
    .split(pattern)
    .map((part, index) => (index % 2 === 0 ? html`${part}` : html`<b><u>${part}</u></b>`));
  return html`${parts}`;
}

/** Whole words in Latin letters; Chinese ones stand anywhere. */
function toPattern(word: string): string {
  const literal = word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return IDEOGRAPHS.test(word) ? literal : `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`;
}
