import type { Outbox } from '../../alerts/notifiers/outbox.js';
import type { Config } from '../../config/schema.js';
import { SOURCE_KINDS, type RawDocument, type SourceKind, type World } from '../core/document.js';
import type { Store } from '../storage/open-store.js';
import type { Cuts } from '../storage/retention.js';

type Rules = Config['retention'];

const DAY_MS = 86_400_000;

/** Which documents are too old to be stored, and deletes what has become so. */
export interface Retention {
  isExpired(document: Pick<RawDocument, 'source' | 'publishedAt'>): boolean;
  /** Reads what was decided before; to be called when this process begins to store. */
  read(): Promise<void>;
  /** Deletes what is older than its class is kept, whole days in UTC; with nothing to delete it costs a few looks. */
  run(now: number): Promise<Expired>;
}

export interface Expired {
  readonly documents: number;
  readonly deadLetters: number;
  readonly alerts: number;
}

export interface RetentionOptions {
  readonly rules: Rules;
  readonly world: World;
  readonly store: Pick<Store, 'retention'>;
  readonly outbox: Pick<Outbox, 'remove'>;
}

/** Only a live world grows old by the clock: what a demo invents and a replay repeats is kept. */
export function createRetention({ rules, world, store, outbox }: RetentionOptions): Retention {
  const days = world === 'live' ? daysOf(rules) : {};
  const { retention } = store;
  let cuts: Cuts = {};

  const expireClass = async (kind: SourceKind, now: number): Promise<number> => {
    const kept = days[kind];
    if (kept === undefined) return 0;
    const before = Math.max(cuts[kind] ?? 0, beginOfDay(now - kept * DAY_MS));
    if (before !== cuts[kind]) {
      await retention.raiseCut(kind, before);
      cuts = { ...cuts, [kind]: before };
    }
    return retention.expireDocuments(kind, before);
  };
  return {
    isExpired({ source, publishedAt }) {
      // Without a rule nothing is refused, also where an earlier rule deleted.
      const before = days[source.kind] === undefined ? undefined : cuts[source.kind];
      return before !== undefined && Date.parse(publishedAt) < before;
    },
    async read() {
      if (Object.keys(days).length > 0) cuts = await retention.cuts();
    },
    async run(now) {
      if (world !== 'live') return { documents: 0, deadLetters: 0, alerts: 0 };
      let documents = 0;
      for (const kind of SOURCE_KINDS) documents += await expireClass(kind, now);
      const { rollUpMinuteDays, deadLetterDays, alertDays } = rules;
      const cutOf = (kept: number) => beginOfDay(now - kept * DAY_MS);
      if (rollUpMinuteDays !== null) await retention.expireMinutes(cutOf(rollUpMinuteDays));
      const deadLetters =
        deadLetterDays === null ? 0 : await retention.expireLetters(cutOf(deadLetterDays), now);
      const alerts = alertDays === null ? [] : await retention.finishedAlerts(cutOf(alertDays));
      // The mails first: as long as the alert is there, a repeat finds them.
      for (const id of alerts) for (const number of [1, 2]) await outbox.remove(`${id}-${number}`);
      await retention.removeAlerts(alerts);
      return { documents, deadLetters, alerts: alerts.length };
    },
  };
}

function daysOf(rules: Rules): Partial<Record<SourceKind, number>> {
  const { newsDays, socialDays, filingDays, researchDays, feedbackDays } = rules;
  const all = {
    news: newsDays,
    social: socialDays,
    filing: filingDays,
    research: researchDays,
    feedback: feedbackDays,
  };
  const days: Partial<Record<SourceKind, number>> = {};
  for (const kind of SOURCE_KINDS) {
    const kept = all[kind];
    if (kept !== null) days[kind] = kept;
  }
  return days;
}

function beginOfDay(time: number): number {
  return Math.max(0, Math.floor(time / DAY_MS) * DAY_MS);
}
