import { escapeControls } from '../app/dead-letters-text.js';

/** Columns a terminal needs for a character: Han, kana, full-width forms and emoji take two, marks none. */
export function columnsOf(character: string): number {
  if (/^\p{Mn}/u.test(character)) return 0;
  return /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u.test(
    character,
  )
    ? 2
    : 1;
}

/** The text in lines of at most so many columns, broken between words and between Han characters; nothing in it can move the cursor. */
export function wrapText(text: string, columns: number): readonly string[] {
  return escapeControls(text)
    .split('\n')
    .flatMap((line) => wrapLine(line.replace(/\t/g, ' ').trimEnd(), columns));
}

function wrapLine(line: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let [current, used] = ['', 0];
  for (const piece of piecesOf(line, columns)) {
    const width = widthOf(piece.trimEnd());
    if (used + width > columns && current !== '') {
      lines.push(current.trimEnd());
      [current, used] = ['', 0];
    }
    current += piece;
    used += widthOf(piece);
  }
  return [...lines, current.trimEnd()];
}

/** Words with the space behind them, Han characters with the punctuation behind them, and parts of what is wider than a line. */
function piecesOf(line: string, columns: number): readonly string[] {
  const words =
    line.match(
      /[\p{Script=Han}][\u3001-\u3003\uff0c\uff1b\uff1a\uff01\uff1f\u201d\u300b\uff09]*\s*|(?:(?!\p{Script=Han})\S)+\s*|\s+/gu,
    ) ?? [];
  return words.flatMap((word) => (widthOf(word.trimEnd()) <= columns ? [word] : chunksOf(word, columns)));
}

function chunksOf(word: string, columns: number): readonly string[] {
  const chunks: string[] = [];
  let [current, used] = ['', 0];
  for (const character of word) {
    const width = columnsOf(character);
    if (used + width > columns) {
      chunks.push(current);
      [current, used] = ['', 0];
    }
    current += character;
    used += width;
  }
  return [...chunks, current];
}

export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}
