import { Counter, Gauge, type Registry } from 'prom-client';

export const SOURCE_STATES = ['starting', 'ok', 'degraded', 'stopped', 'finished'] as const;
export type SourceStateLabel = (typeof SOURCE_STATES)[number];

/** With more sources than this none has numbers of its own: one for each of thousands would be too many for whoever scrapes them. */
export const MOST_NAMED_SOURCES = 200;

export interface ObservedSource {
  readonly id: string;
  readonly state: SourceStateLabel;
  /** Seconds; null shows no number, as for one of which nothing is to be expected. */
  readonly lastDocumentAge: number | null;
  readonly contactAge: number | null;
  /** Requests of senders that were refused since the source is there, by a closed set of reasons; null where none can send. */
  readonly refused: Readonly<Record<string, number>> | null;
}

export interface SourceMetrics {
  /**
   * How the sources are now; what was shown of others before goes. `pushed`: seconds since the last document of each source
   * that sends to the webhook, by name; there are never more than a few dozen (`DeliveryTimes`).
   */
  sources(observed: readonly ObservedSource[], pushed: ReadonlyMap<string, number>): void;
}

export function createSourceMetrics(registry: Registry): SourceMetrics {
  const registers = [registry];
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Gauge({ name: `bellwether_${name}`, help, labelNames, registers });
  const counts = gauge('sources', 'Sources in each state.', ['state']);
  const state = gauge('source_state', '1 for the state a source is in.', ['source', 'state']);
  const documentAge = gauge(
    'source_last_document_age_seconds',
    'Time since a running source delivered a document, or since it started when none came yet.',
    ['source'],
  );
  const contactAge = gauge(
    'source_contact_age_seconds',
    'Time since a running source was heard of, with documents or without, or since it started.',
    ['source'],
  );
  const refused = new Counter({
    name: 'bellwether_source_refused_requests_total',
    help: 'Requests to a push source that were not signed as they should be.',
    labelNames: ['source', 'reason'],
    registers,
  });
  return {
    sources(observed, pushed) {
      for (const each of SOURCE_STATES)
        counts.set({ state: each }, observed.filter((source) => source.state === each).length);
      for (const named of [state, documentAge, contactAge, refused]) named.reset();
      for (const [source, age] of pushed) documentAge.set({ source }, age);
      if (observed.length > MOST_NAMED_SOURCES) return;
      for (const source of observed) {
        for (const each of SOURCE_STATES)
          state.set({ source: source.id, state: each }, source.state === each ? 1 : 0);
        if (source.lastDocumentAge !== null) documentAge.set({ source: source.id }, source.lastDocumentAge);
        if (source.contactAge !== null) contactAge.set({ source: source.id }, source.contactAge);
        for (const [reason, count] of Object.entries(source.refused ?? {}))
          refused.inc({ source: source.id, reason }, count);
      }
    },
  };
}
