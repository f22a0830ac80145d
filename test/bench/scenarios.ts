import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { dataPaths } from '../../pipeline/app/data-folder.js';
import { startKafkaParts } from '../support/kafka-parts.js';
import { benchEncoder, workerMegabytes } from './encoder.js';
import { percentiles, type Figure } from './figures.js';
import type { Load } from './generator.js';
import {
  bookFigures,
  commonFigures,
  drained,
  measure,
  workedOffPerSecond,
  type Measured,
} from './measure.js';
import { watchMemory } from './memory.js';
import { measureGrowth } from './growth.js';
import { mailFigures, measureMail, troubledCompanies, type MeasuredMail } from './mail.js';
import { releaseFigures } from './release.js';
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
  /** Of the scenario `encoder`: folder and name of the model, and an interpreter with PyTorch. */
  readonly models: string | undefined;
  readonly model: string;
  readonly python: string | undefined;
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
const SIZES = { history: [0, 1_000_000, 10_000_000], rate: [50, 200, 500, 1_000] };

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

/** Documents a second from the first one sent to the last one rolled up, when far more come than can be worked off. */
function throughput(
  options: BenchOptions,
  name: string,
  share = 0,
): Promise<{ run: Measured; perSecond: number }> {
  return withService({ ...options, folder: join(options.folder, name) }, async (service) => {
    const load = loadOf(service, options, { rate: 4_000, seconds: 15, batch: 100, probeEveryMs: 0 });
    const run = await measure(service, { ...load, duplicates: share });
    return { run, perSecond: workedOffPerSecond(run) };
  });
}

/** The throughput of a backlog, clean and with repeats. */
const duplicates: Scenario = {
  async run(options) {
    const clean = await throughput(options, 'clean');
    const repeated = await throughput(options, 'repeats', 0.3);
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

/** The throughput of a backlog, embedded and with broker and ClickHouse's protocol in processes of their own. */
const modes: Scenario = {
  async run(options) {
    const embedded = await throughput(options, 'embedded');
    const parts = await startKafkaParts(options.folder);
    try {
      const kafka = await throughput({ ...options, config: parts.config }, 'kafka');
      return [
        { name: 'embedded', value: embedded.perSecond, unit: 'docs/s' },
        { name: 'Kafka mode', value: kafka.perSecond, unit: 'docs/s' },
        {
          name: 'Kafka mode against embedded',
          value: (100 * kafka.perSecond) / embedded.perSecond,
          unit: '%',
          limit: 50,
          atLeast: true,
        },
        ...bookFigures(kafka.run),
      ];
    } finally {
      await parts.dispose();
    }
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

/**
 * What the release list of a model asks and only a bench can tell, under the names of the list; `--figures` writes it for
 * `evaluate --gate`. End to end is the rate at which a backlog is worked off, at which everything that comes is kept up with.
 */
const release: Scenario = {
  async run(given) {
    const memory = await workerMegabytes(given);
    const bench = await benchEncoder(given);
    const models = {
      sentiment: given.model,
      ...(given.models === undefined ? {} : { directory: given.models }),
    };
    const options = { ...given, batch: undefined, config: { ...given.config, models } };
    const { run, perSecond } = await throughput(options, 'backlog');
    const steady = { ...options, folder: join(given.folder, 'steady'), rate: 300, seconds: 60 };
    const beside = await withService(steady, async (service) => {
      const load = loadOf(service, steady, { rate: 300, seconds: 60, batch: 10, probeEveryMs: 500 });
      await warmUp(service, load, steady);
      return measure(service, load);
    });
    const p99 = percentiles(beside.queryableMs)?.p99;
    return [
      ...releaseFigures({ bench, memory, perSecond, p99Seconds: p99 === undefined ? null : p99 / 1_000 }),
      ...bookFigures(run),
    ];
  },
};

/** Hours of a steady rate; what is left of growth after the first part is a leak. */
const soak: Scenario = {
  run: (options) =>
    withService(options, async (service) => {
      const load = loadOf(service, options, { rate: 200, seconds: 7_200, batch: 10, probeEveryMs: 2_000 });
      const memory = watchMemory(service, options.tell);
      const run = await measure(service, load);
      return [...memory.figures(load.seconds), ...commonFigures(run), ...bookFigures(run)];
    }),
};

/** What a machine needs: one service a rate and history, a minute each. */
const sizing: Scenario = {
  async run(options) {
    const figures: Figure[] = [];
    for (const history of options.history === undefined ? SIZES.history : [options.history]) {
      for (const rate of SIZES.rate) {
        const folder = join(options.folder, `history-${history}`);
        const cell = { ...options, folder, history };
        figures.push(...(await withService(cell, (service) => sizeOf(service, cell, rate))));
      }
    }
    return figures;
  },
};

async function sizeOf(
  service: BenchService,
  options: BenchOptions,
  rate: number,
): Promise<readonly Figure[]> {
  const load = loadOf(service, { ...options, rate }, { rate, seconds: 60, batch: 10, probeEveryMs: 1_000 });
  await warmUp(service, load, options);
  const folders = dataPaths(join(options.folder, 'data'));
  const [logBefore, storeBefore] = [await bytesOf(folders.log), await bytesOf(folders.store)];
  const run = await measure(service, { ...load, firstIndex: 10_000_000 });
  const cell = `${rate} docs/s, ${(options.history ?? 0) / 1e6} M`;
  const aDocument = (bytes: number) => bytes / run.accepted / 1_000;
  return [
    { name: `${cell}: CPU of two cores`, value: run.cpuShare * 100, unit: '%' },
    { name: `${cell}: found by id, p99`, value: percentiles(run.queryableMs)?.p99 ?? null, unit: 'ms' },
    { name: `${cell}: resident memory`, value: run.rssBytes / 1e6, unit: 'MB' },
    {
      name: `${cell}: log, disk a document`,
      value: aDocument((await bytesOf(folders.log)) - logBefore),
      unit: 'kB',
    },
    { name: `${cell}: store before`, value: storeBefore / 1e6, unit: 'MB' },
    { name: `${cell}: backlog gone after`, value: run.drainSeconds, unit: 's' },
  ];
}

/** Bytes of all files below a folder. */
async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      // A part may be merged away while it is counted.
      const found = await stat(join(entry.parentPath, entry.name)).catch(() => null);
      return found === null ? 0 : found.blocks * 512;
    });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  sustained,
  burst,
  duplicates,
  'slow-readers': slowReaders,
  recovery,
  growth: { run: measureGrowth },
  modes,
  soak,
  sizing,
  mail,
  encoder: { run: benchEncoder },
  release,
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
