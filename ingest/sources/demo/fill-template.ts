import type { Instrument } from '../../../pipeline/core/instrument.js';
import type { SectorId } from '../../../pipeline/core/taxonomy.js';

import type { DemoLanguage } from './outlets.js';
import type { Random } from './random.js';
import { CITIES, GOODS, NUMBERS_FROM } from './vocabulary.js';

/** What a demo text is about. */
export interface Subject {
  readonly name: string;
  readonly short: string;
  readonly ticker: string;
  readonly sector: SectorId;
}

/** The names under which a language speaks of a company; null when it has none in Chinese, or no sector. */
export function subjectOf(instrument: Instrument, language: DemoLanguage): Subject | null {
  const name = language === 'zh' ? instrument.nameZh : instrument.name;
  const ticker = instrument.listings[0]?.ticker;
  const { sector } = instrument;
  if (name === null || ticker === undefined || sector === null) return null;
  const own = instrument.names
    .map(({ text }) => text)
    .filter((text) => text !== name && name.startsWith(text));
  return { name, short: own[0] ?? name, ticker, sector };
}

/** Replaces `{c}` company, `{s}` its short name, `{t}` ticker, `{good}`, `{city}`, `{n}` small, `{m}` middle and `{b}` large number, `{d}` with decimals. */
export function fillTemplate(
  template: string,
  subject: Subject | null,
  language: DemoLanguage,
  random: Random,
): string {
  return template.replace(/\{(\w+)\}/g, (whole, slot: string) => {
    switch (slot) {
      case 'c':
        return subject?.name ?? whole;
      case 's':
        return subject?.short ?? whole;
      case 't':
        return subject?.ticker ?? whole;
      case 'good':
        return subject === null ? whole : random.pick(GOODS[subject.sector][language]);
      case 'city':
        return random.pick(CITIES[language]);
      case 'd':
        return `${random.int(0, 3)}.${random.int(1, 9)}`;
      case 'n':
      case 'm':
      case 'b':
        return String(random.int(NUMBERS_FROM[slot][0], NUMBERS_FROM[slot][1]));
      default:
        return whole;
    }
  });
}
