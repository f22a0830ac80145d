type Range = readonly [start: number, end: number];

/** A word that carried a score; above 0 it speaks for bad news. */
export interface ToldWord {
  readonly span: Range;
  readonly contribution: number;
}

export interface Marks {
  readonly sentence: Range | null;
  readonly mentions: readonly Range[];
  /** None overlaps another. */
  readonly words: readonly ToldWord[];
}

/** A piece of a text with what is to be said about it. */
export interface Segment {
  readonly text: string;
  readonly sentence: boolean;
  readonly mention: boolean;
  /** What the word it belongs to says; null for other text. */
  readonly tone: 'negative' | 'positive' | null;
  /** The word ends here: its mark stands behind it. */
  readonly wordEnd: boolean;
}

/** Cuts a text at the borders of the marked sentence, the mentions and the words; spans beyond the text are cut to it. */
export function splitMarks(text: string, { sentence, mentions, words }: Marks): readonly Segment[] {
  const ranges = [...(sentence === null ? [] : [sentence]), ...mentions, ...words.map(({ span }) => span)];
  const inside = (position: number) => Math.min(Math.max(position, 0), text.length);
  const borders = new Set([0, text.length, ...ranges.flat().map(inside)]);
  const cuts = [...borders].sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => {
    const start = cuts[index] ?? 0;
    const within = ([from, to]: Range) => from <= start && end <= to;
    const word = words.find(({ span }) => within(span));
    return {
      text: text.slice(start, end),
      sentence: sentence !== null && within(sentence),
      mention: mentions.some(within),
      tone: word === undefined ? null : word.contribution > 0 ? 'negative' : 'positive',
      wordEnd: word !== undefined && inside(word.span[1]) === end,
    };
  });
}

/** At most so many words are marked, and none that carried less than this part of the strongest. */
const MAX_WORDS = 8;
const LEAST_PART = 0.15;

/** The words worth marking; they come strongest first. */
export function strongestWords<T extends ToldWord>(words: readonly T[]): readonly T[] {
  const most = Math.abs(words[0]?.contribution ?? 0);
  return words
    .slice(0, MAX_WORDS)
    .filter(({ contribution }) => contribution !== 0 && Math.abs(contribution) >= LEAST_PART * most);
}
