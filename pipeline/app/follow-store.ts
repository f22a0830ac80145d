import type { LiveHub } from '../../dashboards/api/live-hub.js';
import type { Clock } from '../core/clock.js';
import { BellwetherError } from '../core/errors.js';
import { MARKET_SERIES } from '../core/series.js';
import type { DocumentView, QueryStore } from '../core/store.js';
import type { Logger } from '../telemetry/logger.js';
import { createRepeatingFailure } from '../telemetry/repeating-failure.js';

export interface FollowOptions {
  readonly store: Pick<QueryStore, 'documents' | 'alerts' | 'extent'>;
  readonly hub: LiveHub;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Event time of the newest stored document. */
  readonly onNewest: (time: number) => void;
  readonly onFailure: (error: BellwetherError) => void;
}

/** The same, with words in the log when the store does not answer. */
export function followWithWords(
  options: Omit<FollowOptions, 'onFailure'> & { readonly logger: Logger },
): Promise<void> {
  const { clock, logger } = options;
  const failure = createRepeatingFailure({ sentence: 'The store does not answer.', logger, clock });
  return followStore({
    ...options,
    onNewest: (time) => {
      failure.succeeded();
      options.onNewest(time);
    },
    onFailure: (error) => {
      failure.failed(error);
    },
  });
}

const EVERY_MS = 2_000;
const DOCUMENTS = 25;
const ALERTS = 50;
const DAY_MS = 86_400_000;

/**
 * Announces what another process has stored to the open pages of this one: a look every two seconds, until the signal.
 * The first look announces nothing; a store that does not answer is asked again.
 */
export async function followStore(options: FollowOptions): Promise<void> {
  const { clock, signal } = options;
  const seen: Seen = { documents: null, alerts: null };
  while (!signal.aborted) {
    try {
      await look(options, seen);
    } catch (error) {
      if (!(error instanceof BellwetherError)) throw error;
      options.onFailure(error);
    }
    await clock.sleep(EVERY_MS, signal);
  }
}

/** What was announced or was there before; null before the first look. */
interface Seen {
  documents: ReadonlySet<string> | null;
  alerts: ReadonlyMap<string, string> | null;
}

async function look({ store, hub, clock, onNewest }: FollowOptions, seen: Seen): Promise<void> {
  const extent = await store.extent();
  if (extent !== null) onNewest(extent.to);
  const to = clock.now() + DAY_MS;
  const page = await store.documents({
    series: MARKET_SERIES,
    topic: null,
    from: clock.now() - DAY_MS,
    to,
    asOf: null,
    minRelevance: 0,
    order: 'newest',
    limit: DOCUMENTS,
    cursor: null,
  });
  const fresh = page.items.filter((view) => seen.documents?.has(keyOf(view)) === false);
  if (fresh.length > 0) hub.publish({ type: 'documents', documents: fresh.reverse().map(toLive) });
  seen.documents = new Set(page.items.map(keyOf));

  const alerts = await store.alerts({ from: clock.now() - 30 * DAY_MS, to, series: null, limit: ALERTS });
  for (const alert of alerts) {
    const before = seen.alerts?.get(alert.id);
    if (seen.alerts !== null && before !== stateOf(alert)) hub.publish({ type: 'alert', alert });
  }
  seen.alerts = new Map(alerts.map((alert) => [alert.id, stateOf(alert)]));
}

const keyOf = ({ id, version }: DocumentView) => `${id} ${version}`;
const stateOf = (alert: object) => JSON.stringify(alert);

function toLive(view: DocumentView) {
  const { id, version, action, language, publishedAt, sentiment } = view;
  const title = (view.title ?? view.text).slice(0, 300).toWellFormed();
  return {
    id,
    version,
    action,
    title,
    source: view.source.name,
    language,
    publishedAt,
    negative: sentiment.negative,
    polarity: sentiment.polarity,
    ...(view.flags.includes('foreign') ? { foreign: true as const } : {}),
    series: [MARKET_SERIES, ...view.mentions.map(({ instrument }) => instrument)],
  };
}
