import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { percentiles, type Figure } from './figures.js';
import type { Load } from './generator.js';
import { bookFigures, commonFigures, drained, measure } from './measure.js';
import { measureGrowth } from './growth.js';
import { mailFigures, measureMail, troubledCompanies, type MeasuredMail } from './mail.js';
import { seedHistory } from './seed-history.js';
import { startService, type BenchService } from './service-process.js';
import type { NamedCompany } from './texts.js';

export interface BenchOptions {
  /** Holds the data folder; removed by the caller. */
  readonly folder: string;
  readonly companies: readonly NamedCompany[];
  readonly seed: number;
  readonly rate: number | undefined;
  readonly seconds: number | undefined;
  readonly batch: number | undefined;
  /** Mentions stored before the run begins. */
  readonly history: number | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  readonly nodeArguments: readonly string[];
  readonly tell: (words: string) => void;
}

export interface Scenario {
  readonly run: (options: BenchOptions) => Promise<readonly Figure[]>;
}

const CHARACTERS = 300;
const WARM_UP_SECONDS = 10;
/** Four weeks, so that the rules have something to compare with. */
const MAIL_HISTORY = 400_000;
const MAIL_ROUNDS = 8;

/** A steady rate; the lag must stay flat. */
const sustained: Scenario = {
  run: (options) =>
    withService(options, async (service) => {
      const load = loadOf(service, options, { rate: 1_000, seconds: 300, batch: 20, probeEveryMs: 500 });
      await warmUp(service, load, options);
      const run = await measure(service, load);
      // Flat: what is on its way at the end is no more than two seconds' worth.
      return [...commonFigures(run), ...bookFigures(run)].map((figure) => ({
        ...figure,
        ...(figure.name.startsWith('CPU of the service') ? { limit: 80 } : {}),
        ...(figure.name === 'lag at the end' ? { limit: load.rate * 2 } : {}),
        ...(figure.name === 'accepted a second' ? { limit: load.rate * 0.99, atLeast: true } : {}),
        ...latencyLimit(figure, load.rate),
      }));
    }),
};

/** Far more than can be worked off at once; everything is accepted, and later everything is there. */
const burst: Scenario = {
  run: (options) =>
    withService(options, async (service) => {
      const load = loadOf(service, options, { rate: 5_000, seconds: 60, batch: 100, probeEveryMs: 0 });
      const run = await measure(service, load);
      return [...commonFigures(run), ...bookFigures(run)].map((figure) => ({
        ...figure,
        ...(figure.name === 'backlog gone after' ? { limit: 300 } : {}),
        ...(figure.name === 'accepted a second' ? { limit: load.rate * 0.99, atLeast: true } : {}),
      }));
    }),
};

/** The throughput of a backlog, clean and with repeats. */
const duplicates: Scenario = {
  async run(options) {
    const throughput = async (share: number) =>
      withService({ ...options, folder: join(options.folder, String(share)) }, async (service) => {
        const load = loadOf(service, options, { rate: 4_000, seconds: 15, batch: 100, probeEveryMs: 0 });
        const run = await measure(service, { ...load, duplicates: share });
        return { run, perSecond: run.accepted / (run.seconds + (run.drainSeconds ?? Infinity)) };
      });
    const clean = await throughput(0);
    const repeated = await throughput(0.3);
    return [
      { name: 'clean', value: clean.perSecond, unit: 'docs/s' },
      { name: 'with 30 % duplicates', value: repeated.perSecond, unit: 'docs/s' },
      {
        name: 'throughput against clean',
        value: (100 * repeated.perSecond) / clean.perSecond,
        unit: '%',
        limit: 85,
        atLeast: true,
      },
      ...bookFigures(repeated.run),
    ];
  },
};

/** Six heavy reads at a time, over and over, beside a steady rate. */
const slowReaders: Scenario = {
  run: (options) =>
    withService(options, async (service) => {
      const load = loadOf(service, options, { rate: 300, seconds: 60, batch: 10, probeEveryMs: 250 });
      await warmUp(service, load, options);
      const alone = await measure(service, load);
      let reading = true;
      let reads = 0;
      const readers = Array.from({ length: 6 }, async (_, n) => {
        while (reading) {
          const answer = await fetch(`${service.page}${heavyRead(n)}`);
          await answer.arrayBuffer();
          if (answer.ok) reads += 1;
        }
      });
      const beside = await measure(service, { ...load, firstIndex: load.firstIndex + 1_000_000 });
      reading = false;
      await Promise.all(readers);
      const [before, after] = [percentiles(alone.acceptMs), percentiles(beside.acceptMs)];
      const [foundBefore, foundAfter] = [percentiles(alone.queryableMs), percentiles(beside.queryableMs)];
      return [
        { name: 'heavy reads answered', value: reads, unit: '' },
        { name: 'sent to accepted, p99, alone', value: before?.p99 ?? null, unit: 'ms' },
        {
          name: 'sent to accepted, p99, beside',
          value: after?.p99 ?? null,
          unit: 'ms',
          limit: 2 * Math.max(before?.p99 ?? 0, 10),
        },
        { name: 'sent to found by id, p99, alone', value: foundBefore?.p99 ?? null, unit: 'ms' },
        {
          name: 'sent to found by id, p99, beside',
          value: foundAfter?.p99 ?? null,
          unit: 'ms',
          limit: 2 * (foundBefore?.p99 ?? 0),
        },
        ...bookFigures(beside),
      ];
    }),
};

function heavyRead(n: number): string {
  const to = new Date().toISOString();
  const from = new Date(Date.now() - 30 * 86_400_000).toISOString();
  return n % 2 === 0
    ? `/api/v1/series?series=market&frequency=1h&from=${from}&to=${to}&minRelevance=0.1`
    : `/api/v1/documents?series=market&order=most_negative&limit=200&from=${from}&to=${to}`;
}

/** Killed in the middle of a minute's backlog; how long until it is ready, and until it has caught up. */
const recovery: Scenario = {
  async run(options) {
    const rate = options.rate ?? 500;
    const seconds = options.seconds ?? 60;
    const first = await start(options);
    // Accepted faster than it can be worked off, so that a backlog of about a minute's documents is left.
    const load = loadOf(
      first,
      { ...options, rate: undefined, seconds: undefined },
      {
        rate: rate * 10,
        seconds: seconds / 10,
        batch: 100,
        probeEveryMs: 0,
      },
    );
    const run = await measure(first, load, false);
    const backlog = await first.lag();
    await first.stop('SIGKILL');
    const second = await start(options);
    const seconds2 = await drained(second);
    await second.stop();
    return [
      { name: 'accepted before the kill', value: run.accepted, unit: 'docs' },
      { name: 'backlog at the kill', value: backlog, unit: 'docs' },
      { name: 'ready after', value: second.readySeconds, unit: 's', limit: 5 },
      { name: 'backlog gone after', value: seconds2, unit: 's', limit: 30 },
    ];
  },
};

/** One crisis in each of several services. */
const mail: Scenario = {
  async run(given) {
    const rounds: MeasuredMail[] = [];
    const troubled = await troubledCompanies(given.companies, MAIL_ROUNDS);
    for (const [round, company] of troubled.entries()) {
      const options = { ...given, seed: given.seed + round, folder: join(given.folder, `mail-${round}`) };
      rounds.push(
        await withService(
          options,
          (service) => {
            const load = loadOf(service, options, { rate: 500, seconds: 20, batch: 10, probeEveryMs: 500 });
            return measureMail(service, options, { load, company });
          },
          MAIL_HISTORY,
        ),
      );
    }
    return mailFigures(rounds);
  },
};

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  sustained,
  burst,
  duplicates,
  'slow-readers': slowReaders,
  recovery,
  growth: { run: measureGrowth },
  mail,
};

async function withService<T>(
  options: BenchOptions,
  work: (service: BenchService) => Promise<T>,
  history = 0,
): Promise<T> {
  const service = await start(options, history);
  try {
    return await work(service);
  } finally {
    await service.stop();
  }
}

async function start(options: BenchOptions, history = 0): Promise<BenchService> {
  const dataDir = join(options.folder, 'data');
  await mkdir(options.folder, { recursive: true });
  const mentions = options.history ?? history;
  if (mentions > 0) {
    options.tell(`Seeding ${String(mentions)} mentions …`);
    await seedHistory({ dataDir, mentions, now: Date.now() });
  }
  const service = await startService({ ...options, dataDir });
  options.tell(`Ready after ${service.readySeconds.toFixed(1)} s, process ${String(service.pid)}.`);
  return service;
}

function loadOf(
  service: BenchService,
  { companies, seed, rate, seconds, batch }: BenchOptions,
  defaults: Pick<Load, 'rate' | 'seconds' | 'batch' | 'probeEveryMs'>,
): Load {
  return {
    page: service.page,
    companies,
    seed,
    firstIndex: 0,
    characters: CHARACTERS,
    duplicates: 0,
    ...defaults,
    rate: rate ?? defaults.rate,
    seconds: seconds ?? defaults.seconds,
    batch: batch ?? defaults.batch,
  };
}

/** Compiled code, open connections and a first hour of windows, as after any start. */
async function warmUp(service: BenchService, load: Load, { tell }: BenchOptions): Promise<void> {
  tell('Warming up …');
  await measure(service, { ...load, seed: load.seed + 100, seconds: WARM_UP_SECONDS, probeEveryMs: 0 });
  await sleep(1_000);
}

function latencyLimit(figure: Figure, rate: number): Partial<Figure> {
  if (rate > 500) return {};
  if (figure.name === 'accepted to rolled up, p50 (metric)') return { limit: 400 };
  if (figure.name === 'accepted to rolled up, p99 (metric)') return { limit: 1_200 };
  if (figure.name === 'sent to found by id, p50') return { limit: 400 };
  if (figure.name === 'sent to found by id, p99') return { limit: 1_200 };
  return {};
}
