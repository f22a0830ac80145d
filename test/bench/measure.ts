import { setTimeout as sleep } from 'node:timers/promises';

import { histogramQuantile, metricValue, percentiles, type Figure } from './figures.js';
import { generate, type Load, type LoadResult } from './generator.js';
import type { BenchService } from './service-process.js';

const CORES = 2;
const SAMPLE_MS = 1_000;
const DRAIN_LIMIT_MS = 330_000;

/** What a run of the load did to the service. */
export interface Measured extends LoadResult {
  readonly seconds: number;
  /** Of the service, as a share of two cores, while the load ran. */
  readonly cpuShare: number;
  readonly cpuSeconds: number;
  /** From the end of the load until nothing was on its way; null when that took too long. */
  readonly drainSeconds: number | null;
  /** Documents on their way: at the middle and the end of the sending, and the most. */
  readonly lag: { readonly middle: number; readonly end: number; readonly most: number };
  readonly rssBytes: number;
  readonly anonymousBytes: number;
  readonly eventLoopP99Ms: number;
  readonly before: string;
  readonly after: string;
}

/** Runs a load, watches the service once a second, and waits until everything is stored and rolled up. */
export async function measure(service: BenchService, load: Load, drain = true): Promise<Measured> {
  const before = await service.metrics();
  const usedBefore = service.usage().cpuSeconds;
  const began = performance.now();
  const lags: LagSample[] = [];
  const loops: number[] = [];
  let rssBytes = 0;
  let anonymousBytes = 0;
  let running = true;
  const watching = (async () => {
    while (running) {
      const text = await service.metrics();
      lags.push({
        seconds: (performance.now() - began) / 1_000,
        documents: metricValue(text, 'bellwether_lag_documents'),
      });
      loops.push(metricValue(text, 'nodejs_eventloop_lag_p99_seconds') * 1_000);
      const usage = service.usage();
      rssBytes = Math.max(rssBytes, usage.rssBytes);
      anonymousBytes = Math.max(anonymousBytes, usage.anonymousBytes);
      await sleep(SAMPLE_MS);
    }
  })();
  const result = await generate(load);
  const seconds = (performance.now() - began) / 1_000;
  const cpuSeconds = service.usage().cpuSeconds - usedBefore;
  const during = [...lags];
  const drainSeconds = drain ? await drained(service) : null;
  running = false;
  await watching;
  return {
    ...result,
    seconds,
    cpuSeconds,
    cpuShare: cpuSeconds / seconds / CORES,
    drainSeconds,
    lag: lagOf(during, load.seconds),
    rssBytes,
    anonymousBytes,
    eventLoopP99Ms: percentiles(loops)?.p99 ?? 0,
    before,
    after: await service.metrics(),
  };
}

interface LagSample {
  readonly seconds: number;
  readonly documents: number;
}

/** A service that is behind works its backlog off while the last followed documents are waited for: that is no part of the load. */
export function lagOf(samples: readonly LagSample[], sendingSeconds: number): Measured['lag'] {
  const during = samples.filter(({ seconds }) => seconds <= sendingSeconds).map(({ documents }) => documents);
  return {
    middle: during[Math.floor(during.length / 2)] ?? 0,
    end: during.at(-1) ?? 0,
    most: Math.max(0, ...samples.map(({ documents }) => documents)),
  };
}

/** Seconds until nothing is on its way. The gauge is set once a second, so it must be 0 twice. */
export async function drained(service: BenchService): Promise<number | null> {
  const began = performance.now();
  let empty = 0;
  while (performance.now() - began < DRAIN_LIMIT_MS) {
    empty = (await service.lag()) === 0 ? empty + 1 : 0;
    if (empty === 2) return Math.max(0, (performance.now() - began) / 1_000 - 1.1);
    await sleep(1_050);
  }
  return null;
}

/** The lines of the table that every run has. */
export function commonFigures(run: Measured): readonly Figure[] {
  const accept = percentiles(run.acceptMs);
  const queryable = percentiles(run.queryableMs);
  const name = 'bellwether_accepted_to_queryable_seconds';
  return [
    { name: 'accepted', value: run.accepted, unit: 'docs' },
    { name: 'accepted a second', value: run.accepted / run.sendingSeconds, unit: 'docs/s' },
    { name: 'requests that failed', value: run.failedRequests, unit: '', limit: 0 },
    { name: 'generator at worst behind', value: run.behindMs, unit: 'ms' },
    { name: 'CPU of the service, of two cores', value: run.cpuShare * 100, unit: '%' },
    { name: 'CPU a document', value: (run.cpuSeconds / Math.max(1, run.accepted)) * 1_000, unit: 'ms' },
    { name: 'sent to accepted, p50', value: accept?.p50 ?? null, unit: 'ms' },
    { name: 'sent to accepted, p99', value: accept?.p99 ?? null, unit: 'ms' },
    { name: 'sent to found by id, p50', value: queryable?.p50 ?? null, unit: 'ms' },
    { name: 'sent to found by id, p99', value: queryable?.p99 ?? null, unit: 'ms' },
    { name: 'accepted to rolled up, p50 (metric)', value: histogramMs(run, name, 0.5), unit: 'ms' },
    { name: 'accepted to rolled up, p99 (metric)', value: histogramMs(run, name, 0.99), unit: 'ms' },
    { name: 'lag at the middle', value: run.lag.middle, unit: 'docs' },
    { name: 'lag at the end', value: run.lag.end, unit: 'docs' },
    { name: 'backlog gone after', value: run.drainSeconds, unit: 's' },
    { name: 'event loop delay, p99', value: run.eventLoopP99Ms, unit: 'ms' },
    { name: 'resident memory, most', value: run.rssBytes / 1e6, unit: 'MB', limit: 1_200 },
    { name: '… without pages of mapped files', value: run.anonymousBytes / 1e6, unit: 'MB' },
  ];
}

/** Documents that came to that end during the run. */
function outcome(run: Measured, kind: string): number {
  const name = 'bellwether_outcome_documents_total';
  const counted = (text: string) => metricValue(text, name, `outcome="${kind}"`);
  return counted(run.after) - counted(run.before);
}

/** Documents a second that were worked off, from the first one sent to the last one rolled up, or to the end of the waiting. */
export function workedOffPerSecond(run: Measured): number {
  const documents = outcome(run, 'stored') + outcome(run, 'duplicate');
  return documents / (run.seconds + (run.drainSeconds ?? DRAIN_LIMIT_MS / 1_000));
}

/** What became of the documents, counted by the service; nothing may be missing. `besides`: sent and accepted beside the load. */
export function bookFigures(run: Measured, besides = 0): readonly Figure[] {
  const stored = outcome(run, 'stored');
  const duplicates = outcome(run, 'duplicate');
  const others = outcome(run, 'dead-letter') + outcome(run, 'drop');
  return [
    { name: 'stored', value: stored, unit: 'docs' },
    { name: 'duplicates', value: duplicates, unit: 'docs' },
    {
      name: 'accepted and not accounted for',
      value: run.accepted + besides - stored - duplicates - others,
      unit: 'docs',
      limit: 0,
    },
    { name: 'followed and never found', value: run.missing, unit: 'docs', limit: 0 },
  ];
}

function histogramMs(run: Measured, name: string, share: number): number | null {
  const seconds = histogramQuantile(run.before, run.after, name, share);
  return seconds === null ? null : seconds * 1_000;
}
