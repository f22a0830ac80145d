import type { Instrument } from '../../../pipeline/core/instrument.js';

import { pickAuthor } from './authors.js';
import { composeText, type Composed } from './compose-text.js';
import type { Draft } from './draft.js';
import { subjectOf, type Subject } from './fill-template.js';
import { outletsOf, type DemoLanguage } from './outlets.js';
import type { Tone } from './quiet-texts.js';
import { createRandom, type Random } from './random.js';

export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** How busy each hour (UTC) is: the Asian morning, the European one, and most of all the American. */
const HOUR_WEIGHTS = [4, 7, 8, 7, 6, 6, 7, 8, 9, 8, 7, 7, 9, 12, 13, 12, 11, 10, 8, 7, 6, 4, 3, 3];

export interface QuietOptions {
  readonly seed: number;
  readonly instruments: readonly Instrument[];
}

/**
 * All documents of one UTC day in order of time, each at a time of its own: 190 to 245 on a weekday, 150 to 175 at a weekend.
 *
 * The same for the same seed and day, whenever it is asked for, so a gap can be filled later without repeating anything.
 * A company has at most one mildly negative text a day, so that nothing here is a surge.
 */
export function quietDay(day: number, { seed, instruments }: QuietOptions): readonly Draft[] {
  const random = createRandom(seed, 'quiet', day);
  const weekend = isWeekend(day);
  const count = weekend ? random.int(150, 175) : random.int(190, 245);
  const troubled = new Set<string>();
  const drafts: Draft[] = [];
  for (const [index, publishedAt] of timesOf(day, count, random).entries()) {
    const nativeId = `q${day}-${index}`;
    const earlier = random.chance(0.08) ? drafts.slice(-40) : [];
    const original = earlier.length === 0 ? null : random.pick(earlier);
    drafts.push(
      original === null
        ? freshDraft({ nativeId, publishedAt, instruments, troubled }, random)
        : repeatDraft(original, { nativeId, publishedAt }, random),
    );
  }
  return drafts;
}

export interface Slot {
  readonly nativeId: string;
  readonly publishedAt: number;
}

export interface FreshOptions extends Slot {
  readonly instruments: readonly Instrument[];
  /** Companies that may not have bad news any more; those that get some are added. Null: no bad news at all. */
  readonly troubled: Set<string> | null;
}

/** An ordinary text about a company (30 %) or the market. */
export function freshDraft(options: FreshOptions, random: Random): Draft {
  const language: DemoLanguage = random.chance(0.4) ? 'zh' : 'en';
  const subject = random.chance(0.3) ? subjectOf(random.pick(options.instruments), language) : null;
  const kind = kindOf(subject, random);
  const tone = toneOf(subject, options.troubled, random);
  const composed = composeText({ social: kind === 'social', language, subject, tone }, random);
  return placed(composed, random.pick(outletsOf(kind, language)), options, random);
}

/** The same words again, from another account or another outlet. */
export function repeatDraft(original: Draft, slot: Slot, random: Random): Draft {
  const { info, language } = original.outlet;
  const others = outletsOf(info.kind, language).filter((outlet) => outlet.info.id !== info.id);
  const outlet = others.length === 0 ? original.outlet : random.pick(others);
  return placed(original, outlet, slot, random);
}

function placed(text: Composed, outlet: Draft['outlet'], slot: Slot, random: Random): Draft {
  const author = outlet.info.kind === 'social' ? pickAuthor(outlet.language, random) : null;
  return {
    outlet,
    nativeId: slot.nativeId,
    title: text.title,
    text: text.text,
    author: author?.pseudonym ?? null,
    accountDays: author?.accountDays ?? null,
    publishedAt: slot.publishedAt,
  };
}

function kindOf(subject: Subject | null, random: Random): 'news' | 'social' | 'research' {
  const draw = random.next();
  if (draw < 0.45) return 'social';
  return subject !== null && draw < 0.55 ? 'research' : 'news';
}

function toneOf(subject: Subject | null, troubled: Set<string> | null, random: Random): Tone {
  const draw = random.next();
  if (draw < 0.32) return 'positive';
  if (draw < 0.86 || troubled === null) return 'neutral';
  if (subject === null) return 'negative';
  if (troubled.has(subject.ticker)) return 'neutral';
  troubled.add(subject.ticker);
  return 'negative';
}

function isWeekend(day: number): boolean {
  const weekday = new Date(day * DAY_MS).getUTCDay();
  return weekday === 0 || weekday === 6;
}

function timesOf(day: number, count: number, random: Random): readonly number[] {
  const total = HOUR_WEIGHTS.reduce((sum, weight) => sum + weight, 0);
  const drawn = Array.from({ length: count }, () => {
    let left = random.next() * total;
    const hour = HOUR_WEIGHTS.findIndex((weight) => (left -= weight) < 0);
    return day * DAY_MS + Math.max(0, hour) * HOUR_MS + Math.floor(random.next() * HOUR_MS);
  }).sort((a, b) => a - b);
  return [...new Set(drawn)];
}
