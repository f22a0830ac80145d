import { USUAL_CREDIBILITY, type SourceInfo } from '../core/document.js';
import { isJudged, type Mention, type ScoredDocument, type Sentiment } from '../core/scored.js';
import { MARKET_SERIES, sectorSeries, type SeriesKey } from '../core/series.js';
import type { SeriesContribution } from '../core/store.js';
import type { SectorId } from '../core/taxonomy.js';

/** A name in the title is what the document is about; one further down shares it. */
const TITLE_WEIGHT = 1;
const BODY_WEIGHT = 0.5;
/** Only the provider's tag says so: a hint. */
const PROVIDER_WEIGHT = 0.25;
/** Lists of more names than this say little about each of them. The one place where they lose weight: relevance is for readers. */
const NAMES_WITHOUT_DISCOUNT = 3;
type Probabilities = Pick<Sentiment, 'negative' | 'neutral' | 'positive'>;
const UNSAID: Probabilities = { negative: 0, neutral: 0, positive: 0 };
/** What is no report at all. */
const NOISE_FLAGS: readonly string[] = ['spam', 'debris'];

export interface WeighOptions {
  readonly sectorOf: (instrument: string) => SectorId | null;
}

/** Whether a document says nothing that could be news: an offer, or what is left of a page. */
export function isNoise({ flags }: Pick<ScoredDocument, 'flags'>): boolean {
  return flags.some((flag) => NOISE_FLAGS.includes(flag));
}

/**
 * The series a document counts for: the market, every instrument it mentions, and each of their sectors once.
 *
 * Probabilities stay the model's own, and are all 0 for texts that the model could not judge, so that they stand in no mean;
 * `voice` says how much the document may move detection while it opens its story. It is 0
 * for retractions, spam, debris and such texts; else 1 in the title (or in a text without one), 0.5 below it, 0.25
 * when only the provider names the instrument, divided by (names − 2) when there are more than three, and
 * less for a source that is believed less than is usual of its kind.
 */
export function weighContributions(
  scored: ScoredDocument,
  options: WeighOptions,
): readonly SeriesContribution[] {
  const { source, action } = scored.document;
  const unread = !isJudged(scored);
  const silenced = action === 'retract' || isNoise(scored) || unread;
  const voice = silenced ? 0 : credibilityWeight(source);
  const { negative, neutral, positive } = unread ? UNSAID : scored.sentiment;
  const market: SeriesContribution = {
    series: MARKET_SERIES,
    relevance: 1,
    via: [],
    negative,
    neutral,
    positive,
    voice,
    weight: voice,
  };
  const bySeries = new Map<SeriesKey, SeriesContribution>([[MARKET_SERIES, market]]);
  const names = new Set(scored.mentions.map((mention) => mention.instrument)).size;
  const share = names > NAMES_WITHOUT_DISCOUNT ? 1 / (names - 2) : 1;
  for (const mention of scored.mentions) {
    const weight = voice * share * positionWeight(mention, scored);
    const { instrument } = mention;
    const judged = unread ? { ...mention, ...UNSAID } : mention;
    keepStrongest(bySeries, contributionOf(judged, instrument, weight));
    const sector = options.sectorOf(instrument);
    if (sector !== null) keepStrongest(bySeries, contributionOf(judged, sectorSeries(sector), weight));
  }
  return [...bySeries.values()];
}

/**
 * A source that is believed as far as is usual of its kind is one voice; more belief makes no louder one. In steps of 0.001, so
 * that sums come out the same everywhere.
 */
function credibilityWeight({ kind, credibility }: SourceInfo): number {
  return Math.round(1_000 * Math.min(1, Math.max(0, credibility) / USUAL_CREDIBILITY[kind])) / 1_000;
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
  return { series, relevance, via, negative, neutral, positive, voice: weight, weight };
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
