import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { startKafkaParts, type KafkaParts } from '../support/kafka-parts.js';
import { modelHash } from './encoder.js';
import { holds, toTable, type Figure } from './figures.js';
import { toFiguresFile } from './release.js';
import { SCENARIOS, type BenchOptions } from './scenarios.js';
import { readCompanies } from './tick.js';

const USAGE = `npm run bench -- [--scenario NAME] [--rate N] [--seconds N] …

  --scenario    ${Object.keys(SCENARIOS).join(' | ')}
  --mode        embedded | kafka (on a broker and a store of its own, or on --log-url kafka://HOST:PORT
                and --clickhouse-url http://HOST:PORT)
  --rate        documents a second
  --seconds     how long
  --batch       documents a request
  --history     stored mentions to begin with; made by INSERT … SELECT (growth: the larger of its two)
  --data        keep and reuse this folder instead of a temporary one
  --seed        of the texts
  --sentiment NAME  model that the service reads with, default ngram: the figures of the streaming core are its
  --models DIR  folder of models (encoder), default the one of this package
  --model NAME  of the encoder there, default encoder
  --python PATH an interpreter with torch and transformers, to compare with (encoder)
  --figures FILE  what the release list asks of a bench, for "bellwether evaluate --gate --figures FILE" (release)
  --json FILE   writes the figures there; "-" prints them instead of the table
  --cpu-prof DIR  profile of the service, written when it stops
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string', default: 'sustained' },
      mode: { type: 'string', default: 'embedded' },
      rate: { type: 'string' },
      seconds: { type: 'string' },
      batch: { type: 'string' },
      history: { type: 'string' },
      seed: { type: 'string', default: '1' },
      data: { type: 'string' },
      json: { type: 'string' },
      figures: { type: 'string' },
      'cpu-prof': { type: 'string' },
      'log-url': { type: 'string' },
      'clickhouse-url': { type: 'string' },
      sentiment: { type: 'string', default: 'ngram' },
      models: { type: 'string' },
      model: { type: 'string', default: 'encoder' },
      python: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const scenario = SCENARIOS[values.scenario];
  if (values.figures !== undefined && values.scenario !== 'release')
    throw new Error('--figures goes with --scenario release.');
  if (values.help === true || scenario === undefined) {
    process.stderr.write(USAGE);
    return values.help === true ? 0 : 2;
  }
  const folder = values.data ?? (await mkdtemp(join(tmpdir(), 'bellwether-bench-')));
  await mkdir(folder, { recursive: true });
  const parts = await surroundings(folder, values.mode, values['log-url'], values['clickhouse-url']);
  const numberOf = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const options: BenchOptions = {
    folder,
    companies: await readCompanies(),
    seed: Number(values.seed),
    rate: numberOf(values.rate),
    seconds: numberOf(values.seconds),
    batch: numberOf(values.batch),
    history: numberOf(values.history),
    config: { models: { sentiment: values.sentiment }, ...parts.config },
    nodeArguments:
      values['cpu-prof'] === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values['cpu-prof']}`],
    models: values.models,
    model: values.model,
    python: values.python,
    tell: (words) => process.stderr.write(`${words}\n`),
  };
  try {
    const figures = await scenario.run(options);
    if (values.figures !== undefined) {
      const command = `npm run bench -- ${process.argv.slice(2).join(' ')}`;
      await writeFile(values.figures, toFiguresFile(figures, await modelHash(options), command));
    }
    await print({ scenario: values.scenario, mode: values.mode, figures }, values.json);
    return figures.every(holds) ? 0 : 1;
  } finally {
    await parts.dispose();
    if (values.data === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function print(
  report: { scenario: string; mode: string; figures: readonly Figure[] },
  json: string | undefined,
): Promise<void> {
  const text = `${JSON.stringify(report)}\n`;
  if (json === '-') {
    process.stdout.write(text);
    return;
  }
  if (json !== undefined) await writeFile(json, text);
  process.stdout.write(`\n${report.scenario}, ${report.mode}\n\n${toTable(report.figures)}`);
}

/** Kafka mode is the same load on a configuration with other urls. */
async function surroundings(
  folder: string,
  mode: string,
  logUrl: string | undefined,
  clickhouseUrl: string | undefined,
): Promise<Pick<KafkaParts, 'config' | 'dispose'>> {
  const nothing = () => Promise.resolve();
  if (mode === 'embedded') return { config: {}, dispose: nothing };
  if (mode !== 'kafka') throw new Error('--mode is embedded or kafka.');
  if (logUrl === undefined) return startKafkaParts(folder);
  const run = Date.now().toString(36);
  const config = {
    log: { url: logUrl, kafka: { topicPrefix: `bench-${run}.` } },
    ...(clickhouseUrl === undefined ? {} : { clickhouse: { url: clickhouseUrl, database: `bench_${run}` } }),
  };
  return { config, dispose: nothing };
}

process.exitCode = await main();
