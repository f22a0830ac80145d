import type { Mention, ScoredDocument } from '../core/scored.js';
import { MARKET_SERIES, sectorSeries, type SeriesKey } from '../core/series.js';
import type { SeriesContribution } from '../core/store.js';
import type { SectorId } from '../core/taxonomy.js';

/** A name in the title is what the document is about; one further down shares it. */
const TITLE_WEIGHT = 1;
const BODY_WEIGHT = 0.5;
/** Only the provider's tag says so: a hint. */
const PROVIDER_WEIGHT = 0.25;
/** Lists of more names than this say little about each of them. */
const NAMES_WITHOUT_DISCOUNT = 3;
/** A score that the model could not really give must not feed an alert. */
const UNREADABLE_FLAGS: readonly string[] = ['unclassified', 'language_unsupported'];

export interface WeighOptions {
  /** The text is a copy of an earlier one: it is counted as reach, not as a voice. */
  readonly copy: boolean;
  readonly sectorOf: (instrument: string) => SectorId | null;
}

/**
 * The series a document counts for: the market, every instrument it mentions, and each of their sectors once.
 *
 * Probabilities stay the model's own; `weight` says how much the document may move detection. It is 0 for copies,
 * retractions and texts the model could not read; else 1 in the title (or in a text without one), 0.5 below it, 0.25
 * when only the provider names the instrument, and divided by (names − 2) when there are more than three.
 */
export function weighContributions(
  scored: ScoredDocument,
  options: WeighOptions,
): readonly SeriesContribution[] {
  const silenced =
    options.copy ||
    scored.document.action === 'retract' ||
    scored.flags.some((flag) => UNREADABLE_FLAGS.includes(flag));
  const voice = silenced ? 0 : 1;
  const { negative, neutral, positive } = scored.sentiment;
  const market: SeriesContribution = {
    series: MARKET_SERIES,
    relevance: 1,
    via: [],
    negative,
    neutral,
    positive,
    weight: voice,
  };
  const bySeries = new Map<SeriesKey, SeriesContribution>([[MARKET_SERIES, market]]);
  const names = new Set(scored.mentions.map((mention) => mention.instrument)).size;
  const share = names > NAMES_WITHOUT_DISCOUNT ? 1 / (names - 2) : 1;
  for (const mention of scored.mentions) {
    const weight = voice * share * positionWeight(mention, scored);
    keepStrongest(bySeries, contributionOf(mention, mention.instrument, weight));
    const sector = options.sectorOf(mention.instrument);
    if (sector !== null) keepStrongest(bySeries, contributionOf(mention, sectorSeries(sector), weight));
  }
  return [...bySeries.values()];
}

function positionWeight(mention: Mention, scored: ScoredDocument): number {
  if (mention.spans.length === 0) return PROVIDER_WEIGHT;
  const { title, text } = scored.document;
  // A post or a bare headline has no title of its own: all of it is one.
  const titleLength = title === null || title === '' ? text.length : title.length;
  return mention.spans.some(([start]) => start < titleLength) ? TITLE_WEIGHT : BODY_WEIGHT;
}

function contributionOf(mention: Mention, series: SeriesKey, weight: number): SeriesContribution {
  const { relevance, via, negative, neutral, positive } = mention;
  return { series, relevance, via, negative, neutral, positive, weight };
}

/** One document is one voice in a series, however many of its names belong there. */
function keepStrongest(bySeries: Map<SeriesKey, SeriesContribution>, next: SeriesContribution): void {
  const known = bySeries.get(next.series);
  const stronger =
    known === undefined ||
    next.relevance > known.relevance ||
    (next.relevance === known.relevance && next.weight > known.weight);
  if (stronger) bySeries.set(next.series, next);
}
