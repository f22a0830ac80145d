import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { feedCorpus, type CorpusFile } from '../support/feeds/corpus.js';

/** Beside the compiled bench. */
const BIN = fileURLToPath(new URL('../../pipeline/bin.cjs', import.meta.url));

/** A reader that needs longer for one file, on a busy machine, too, has hung. */
const LIMIT_MS = 60_000;
const SLOW_SECONDS = 2;

const { values: options } = parseArgs({
  options: {
    /** A Python with `feedparser`. */
    python: { type: 'string' },
    /** A folder with `node_modules/rss-parser`. */
    'rss-parser': { type: 'string' },
  },
});

/** Prints the processor time in µs and the peak of the resident memory in kB as the last line on stderr. */
const PRELOAD = `process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  require('fs').writeSync(2, 'used ' + (userCPUTime + systemCPUTime) + ' ' + maxRSS + '\\n');
});`;

const FEEDPARSER = `
import sys, json, resource, warnings
warnings.simplefilter('ignore')
import feedparser
for name in sys.argv[1:]:
    try:
        count = len(feedparser.parse(open(name, 'rb').read()).entries)
    except Exception:
        count = 0
    print(json.dumps({'file': name, 'items': [0] * count}), flush=True)
used = resource.getrusage(resource.RUSAGE_SELF)
print('used', round((used.ru_utime + used.ru_stime) * 1e6), used.ru_maxrss, file=sys.stderr)
`;

const RSS_PARSER = `
const { readFileSync } = require('node:fs');
const Parser = require(process.argv[2] + '/node_modules/rss-parser');
(async () => {
  for (const file of process.argv.slice(3)) {
    const items = await new Parser().parseString(readFileSync(file, 'utf8')).then((feed) => feed.items, () => []);
    console.log(JSON.stringify({ file, items }));
  }
})();
`;

interface Reader {
  readonly name: string;
  readonly command: readonly string[];
}

interface Run {
  /** By file; a file without an answer is missing. */
  readonly counts: ReadonlyMap<string, number>;
  /** Of processor time, which other work on the machine lengthens little; of a run that hung those until its end. */
  readonly seconds: number;
  readonly memoryMb: number;
  readonly hung: boolean;
}

async function run(reader: Reader, preload: string, files: readonly string[], limitMs: number): Promise<Run> {
  const [program = '', ...args] = reader.command;
  const child = spawn(program, [...args, ...files], {
    env: { ...process.env, NODE_OPTIONS: `--require ${preload}` },
  });
  const state = { hung: false };
  const timer = setTimeout(() => {
    state.hung = true;
    child.kill('SIGKILL');
  }, limitMs);
  let out = '';
  let words = '';
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (words += bytes.toString()));
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  const counts = new Map<string, number>();
  for (const line of out.split('\n').slice(0, -1)) {
    const { file, items } = JSON.parse(line) as { file: string; items: unknown[] };
    counts.set(file, items.length);
  }
  const used = [...words.matchAll(/^used (\d+) (\d+)$/gm)];
  const most = (group: number) => Math.max(0, ...used.map((match) => Number(match[group])));
  return {
    counts,
    seconds: state.hung ? limitMs / 1_000 : most(1) / 1e6,
    memoryMb: most(2) / 1_000,
    ...state,
  };
}

const folder = await mkdtemp(join(tmpdir(), 'bellwether-feeds-'));
const at = (name: string) => join(folder, name);
const preload = at('preload.cjs');
await writeFile(preload, PRELOAD);
await writeFile(at('feedparser-run.py'), FEEDPARSER);
await writeFile(at('rss-parser-run.cjs'), RSS_PARSER);
const corpus = feedCorpus();
for (const { name, bytes } of corpus) await writeFile(at(name), bytes);

const readers: Reader[] = [{ name: 'bellwether', command: [process.execPath, BIN, 'parse-feed', '--json'] }];
if (options.python !== undefined) {
  readers.push({ name: 'feedparser', command: [options.python, at('feedparser-run.py')] });
}
if (options['rss-parser'] !== undefined) {
  const command = [process.execPath, at('rss-parser-run.cjs'), options['rss-parser']];
  readers.push({ name: 'rss-parser', command });
}

const ofKind = (kind: CorpusFile['kind']) => corpus.filter((file) => file.kind === kind);
const hostile = ofKind('hostile');
const gentle = [...ofKind('sound'), ...ofKind('broken')];
const right = (kind: CorpusFile['kind'], { counts }: Run, fits: (found: number, items: number) => boolean) =>
  ofKind(kind).filter(({ name, items }) => fits(counts.get(at(name)) ?? 0, items ?? 0));
const misses: string[] = [];

process.stdout.write(
  `| reader | sound, exact (${ofKind('sound').length}) | broken, all items (${ofKind('broken').length}) | hostile: over 2 s of processor time, hung (${hostile.length}) | slowest | most memory |\n|---|---|---|---|---|---|\n`,
);
for (const reader of readers) {
  const easy = await run(
    reader,
    preload,
    gentle.map(({ name }) => at(name)),
    LIMIT_MS * 6,
  );
  const hard: (Run & { readonly name: string })[] = [];
  for (const { name } of hostile) hard.push({ name, ...(await run(reader, preload, [at(name)], LIMIT_MS)) });
  const slowest = hard.reduce((a, b) => (b.seconds > a.seconds ? b : a));
  const largest = hard.reduce((a, b) => (b.memoryMb > a.memoryMb ? b : a));
  const exact = right('sound', easy, (found, items) => found === items);
  const recovered = right('broken', easy, (found, items) => found >= items);
  const good = new Set([...exact, ...recovered]);
  misses.push(...gentle.filter((file) => !good.has(file)).map(({ name }) => `${reader.name}: ${name}`));
  process.stdout.write(
    `| ${reader.name} | ${exact.length} | ${recovered.length} | ${hard.filter(({ seconds }) => seconds > SLOW_SECONDS).length}, ${hard.filter(({ hung }) => hung).length} | ${slowest.seconds.toFixed(1)} s (${slowest.name}) | ${largest.memoryMb.toFixed(0)} MB (${largest.name}) |\n`,
  );
}
process.stdout.write(`\nNot right:\n${misses.join('\n')}\n`);
await rm(folder, { recursive: true });
