import { InvalidDocumentError } from '../../core/errors.js';
import { storyIdOf } from '../fingerprint-story.js';
import { sketchStory } from './sketch-story.js';
import { createStoryIndex } from './story-index.js';

/** Two texts and whether they tell one story. */
export interface StoryPair {
  readonly lang: string;
  /** What makes the second text of the first: `wire`, `truncated`, …; or what differs: `number`, `name`, … */
  readonly kind: string;
  readonly same: boolean;
  readonly a: string;
  readonly b: string;
}

export interface PairFigures {
  readonly n: number;
  readonly precision: number;
  readonly recall: number;
}

export interface PairReport extends PairFigures {
  readonly byLanguage: Readonly<Record<string, PairFigures>>;
  /** How many pairs of each kind were answered right. */
  readonly byKind: Readonly<Record<string, { readonly n: number; readonly right: number }>>;
  readonly wrong: readonly StoryPair[];
}

const HOUR_MS = 3_600_000;
const FIRST_AT = Date.UTC(2026, 0, 5);

/**
 * Reads one line of a pair set; `place` (file:line) stands in the message.
 *
 * Throws InvalidDocumentError `story_pair_invalid` for anything but an object with `lang`, `kind`, `same`, `a` and `b`.
 */
export function parseStoryPair(line: string, place: string): StoryPair {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    throw new InvalidDocumentError('story_pair_invalid', `${place}: not valid JSON.`);
  }
  if (typeof row === 'object' && row !== null) {
    const { lang, kind, same, a, b } = row as Record<string, unknown>;
    const words = [lang, kind, a, b];
    if (typeof same === 'boolean' && words.every((word) => typeof word === 'string'))
      return { lang: String(lang), kind: String(kind), same, a: String(a), b: String(b) };
  }
  throw new InvalidDocumentError(
    'story_pair_invalid',
    `${place}: a pair needs "lang", "kind", "a" and "b" as strings and "same" as true or false.`,
  );
}

/** Whether the second text, an hour after the first, is given the story of the first. */
export function tellOneStory(a: string, b: string): boolean {
  const index = createStoryIndex(64);
  const [first, second] = [a, b].map((text, place) =>
    index.assign({
      fingerprint: storyIdOf(null, text),
      time: FIRST_AT + place * HOUR_MS,
      sketch: sketchStory(null, text),
    }),
  );
  return first?.storyId === second?.storyId;
}

/** Precision and recall of "one story"; a figure without pairs to judge it by is 1. */
export function evaluateStoryPairs(pairs: readonly StoryPair[]): PairReport {
  const judged = pairs.map((pair) => ({ pair, told: tellOneStory(pair.a, pair.b) }));
  const byLanguage: Record<string, PairFigures> = {};
  for (const lang of new Set(pairs.map((pair) => pair.lang)))
    byLanguage[lang] = figuresOf(judged.filter(({ pair }) => pair.lang === lang));
  const byKind: Record<string, { n: number; right: number }> = {};
  for (const { pair, told } of judged) {
    const kind = (byKind[pair.kind] ??= { n: 0, right: 0 });
    kind.n += 1;
    if (told === pair.same) kind.right += 1;
  }
  const wrong = judged.filter(({ pair, told }) => told !== pair.same).map(({ pair }) => pair);
  return { ...figuresOf(judged), byLanguage, byKind, wrong };
}

function figuresOf(judged: readonly { readonly pair: StoryPair; readonly told: boolean }[]): PairFigures {
  const right = judged.filter(({ pair, told }) => told && pair.same).length;
  const told = judged.filter((item) => item.told).length;
  const same = judged.filter(({ pair }) => pair.same).length;
  return {
    n: judged.length,
    precision: told === 0 ? 1 : right / told,
    recall: same === 0 ? 1 : right / same,
  };
}
