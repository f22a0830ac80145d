import { TOPIC_IDS, type TopicId } from '../../../pipeline/core/taxonomy.js';

export const PERIODS = ['1h', '6h', '24h', '7d', '30d', 'all'] as const;
export type Period = (typeof PERIODS)[number];
export type Order = 'newest' | 'most_negative';

/** All of what the page shows; it lives in the address, so that a link shows the same to anybody. */
export interface View {
  readonly series: string;
  readonly period: Period;
  readonly topic: TopicId | null;
  /** End of the period when it is frozen, ISO 8601; null follows the present. */
  readonly until: string | null;
  /** Start of the chosen chart window, ISO 8601. */
  readonly window: string | null;
  readonly order: Order;
  readonly document: string | null;
  readonly alert: string | null;
  readonly mail: string | null;
  /** `all` while the list of sources is open. */
  readonly sources: 'all' | null;
  /** `texts` while texts are being labelled. */
  readonly label: 'texts' | null;
}

export const START_VIEW: View = {
  series: 'market',
  period: '24h',
  topic: null,
  until: null,
  window: null,
  order: 'newest',
  document: null,
  alert: null,
  mail: null,
  sources: null,
  label: null,
};

/** Reads the query of an address; whatever is not understood falls back to the start. */
export function parseView(query: string): View {
  const given = new URLSearchParams(query);
  const order = given.get('order') === 'most_negative' ? 'most_negative' : 'newest';
  return {
    series: given.get('series') ?? START_VIEW.series,
    period: PERIODS.find((period) => period === given.get('period')) ?? START_VIEW.period,
    topic: TOPIC_IDS.find((topic) => topic === given.get('topic')) ?? null,
    until: parseInstant(given.get('until')),
    window: parseInstant(given.get('window')),
    order,
    document: given.get('document'),
    alert: given.get('alert'),
    mail: given.get('mail'),
    sources: given.get('sources') === 'all' ? 'all' : null,
    label: given.get('label') === 'texts' ? 'texts' : null,
  };
}

/** The query of a view without what is as at the start; empty for the start itself. */
export function formatView(view: View): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(view) as [keyof View, string | null][]) {
    if (value !== null && value !== START_VIEW[name]) query.set(name, value);
  }
  const text = query.toString().replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

function parseInstant(value: string | null): string | null {
  const time = value === null ? Number.NaN : Date.parse(value);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
