import type { PostFilterOptions } from '../../../ingest/sources/live/post-filter.js';
import type { Instrument } from '../../core/instrument.js';

interface FilterConfig extends PostFilterOptions {
  readonly companies: boolean;
}

/** What an entry wants of a stream, with the names of companies among its keywords. */
export function postFilterOf(config: FilterConfig, instruments: readonly Instrument[]): PostFilterOptions {
  const { everything, cashtags, languages, keywords, companies } = config;
  const names = companies ? instruments.flatMap(tellingNames) : [];
  return { everything, cashtags, languages, keywords: [...keywords, ...names] };
}

/** Names that mean the company whatever stands around them. */
function tellingNames({ names }: Instrument): readonly string[] {
  return names.filter(({ ambiguous, to }) => !ambiguous && to === null).map(({ text }) => text);
}
