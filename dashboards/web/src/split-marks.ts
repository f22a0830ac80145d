type Range = readonly [start: number, end: number];

/** A piece of a text with what is to be said about it. */
export interface Segment {
  readonly text: string;
  readonly sentence: boolean;
  readonly mention: boolean;
}

/** Cuts a text at the borders of the marked sentence and the mentions; spans beyond the text are cut to it. */
export function splitMarks(
  text: string,
  sentence: Range | null,
  mentions: readonly Range[],
): readonly Segment[] {
  const ranges = sentence === null ? mentions : [sentence, ...mentions];
  const inside = (position: number) => Math.min(Math.max(position, 0), text.length);
  const borders = new Set([0, text.length, ...ranges.flat().map(inside)]);
  const cuts = [...borders].sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => {
    const start = cuts[index] ?? 0;
    const within = ([from, to]: Range) => from <= start && end <= to;
    return {
      text: text.slice(start, end),
      sentence: sentence !== null && within(sentence),
      mention: mentions.some(within),
    };
  });
}
