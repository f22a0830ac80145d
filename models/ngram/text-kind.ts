export const TEXT_KINDS = ['news', 'post'] as const;
/** Calibration differs between edited text and what people write in passing. */
export type TextKind = (typeof TEXT_KINDS)[number];

const POST_MARKS =
  /\$[A-Za-z]{1,6}\b|[@#]\w|https?:\/\/|\p{Extended_Pictographic}|\[[\u4e00-\u9fff]{1,4}\]|[!！?？]{2}|\blol\b/u;

/** Guesses the kind from marks that edited news does not carry. */
export function textKind(text: string): TextKind {
  return POST_MARKS.test(text.slice(0, 1000)) ? 'post' : 'news';
}
