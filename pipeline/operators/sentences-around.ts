import type { Span } from '../core/scored.js';

/**
 * The sentences in which one of the spans stands, joined by blanks; empty when none does. A name may hold what ends a sentence,
 * such as "Yum! Brands": then both parts belong to it.
 */
export function sentencesAround(text: string, sentences: readonly Span[], spans: readonly Span[]): string {
  return sentences
    .filter(([start, end]) => spans.some((span) => span[0] < end && span[1] > start))
    .map(([start, end]) => text.slice(start, end))
    .join(' ');
}
