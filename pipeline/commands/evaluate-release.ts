import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { parseBehaviourCase } from '../../models/evaluation/behaviour/parse-case.js';
import { toModelCard } from '../../models/evaluation/card/model-card.js';
import { releaseCardFacts, type ReleaseRun } from '../../models/evaluation/card/release-card.js';
import { judgeRows, type JudgedRow } from '../../models/evaluation/judge-rows.js';
import {
  checkRelease,
  valueWords,
  type ReleaseCheck,
} from '../../models/evaluation/release/check-release.js';
import { checkTraining } from '../../models/evaluation/release/check-training.js';
import { JUDGING_SETS, readDevSet, type DevSet } from '../../models/evaluation/release/dev-sets.js';
import { floorsFor } from '../../models/evaluation/release/floors.js';
import { measureRelease } from '../../models/evaluation/release/measure-release.js';
import type { NearCopy } from '../../models/evaluation/release/near-copies.js';
import {
  joinFigures,
  parseFigures,
  type GivenFigures,
} from '../../models/evaluation/release/parse-figures.js';
import { referenceBelow } from '../../models/evaluation/release/reference.js';
import { findLosses, type SliceLoss } from '../../models/evaluation/release/regressions.js';
import { readTrainingRecord } from '../../models/evaluation/release/training-record.js';
import { sliceReport } from '../../models/evaluation/slices/slice-figures.js';
import type { LoadOptions } from '../../models/load-classifier.js';
import { MODEL_NAMES, type ModelName } from '../../models/model-names.js';
import { collectNumberRows, collectOwnRows } from '../../models/training/collect-rows.js';
import { packageRoot } from '../app/package-root.js';
import { modelOptions } from '../app/understanding.js';
import { systemClock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import type { ModelVersion } from '../core/scored.js';
import { choiceOption, fileOptions, flag, textOption } from './arguments.js';
import type { CommandArguments, CommandIo, CommandOption } from './command.js';
import { writeText } from './evaluate-details.js';
import { inPackage, withJudged, suiteFiles } from './evaluation-model.js';
import { readLabelledLines } from './labelled-lines.js';
import { modelsFrom } from './model-option.js';
import { configFrom } from './open-config.js';
import { textTable } from './text-table.js';

export const RELEASE_OPTIONS = {
  gate: {
    type: 'boolean',
    doc: 'Hold the model against its release list; exit code 1 when a line fails. Reads the dev parts itself.',
  },
  card: { type: 'string', value: 'FILE.md', doc: 'Write the model card of such a run.' },
  'data-directory': {
    type: 'string',
    value: 'DIR',
    doc: 'For --gate and --card: holds labelled/NAME/dev.jsonl and train.jsonl; default ../shared/data.',
  },
  'models-directory': {
    type: 'string',
    value: 'DIR',
    doc: 'For --gate and --card: holds the candidate; default the models of the installation.',
  },
  against: {
    type: 'string',
    value: MODEL_NAMES.join('|'),
    doc: 'For --gate: the model that no slice may lose against; default that of the configuration, or ngram where that is the candidate itself (same hash) and an encoder or imported.',
  },
  figures: {
    type: 'string',
    multiple: true,
    value: 'FILE.json',
    doc: 'For --gate: figures that it cannot measure, such as throughput and memory: {"sha256": of the model, "date": "2026-11-28", "machine": "…", "command": "…", "figures": {"name": number}}; one file for each such measurement.',
  },
} as const satisfies Record<string, CommandOption>;

const SEED = 1;
const SHOWN_COPIES = 10;

export function wantsRelease(args: CommandArguments): boolean {
  return flag(args, 'gate') || textOption(args, 'card') !== null;
}

/** Measures everything that a release is judged by; prints the list and writes the card, as asked for. Takes minutes. */
export async function runRelease(args: CommandArguments, io: CommandIo): Promise<number> {
  const run = await measureCandidate(args, io);
  const { model, against, losses, training, measured } = run;
  const checks = checkRelease(measured.figures, floorsFor(model.name));
  const card = textOption(args, 'card');
  if (card !== null) {
    const judged = [...measured.judged.values()].flat();
    const today = new Date(systemClock.now()).toISOString().slice(0, 10);
    const commit = await commitOfCode();
    const facts = releaseCardFacts({ ...run, slices: sliceReport(judged), checks, today, commit });
    await writeText(resolve(io.cwd, card), toModelCard(facts));
  }
  const failed = checks.filter(({ passed }) => !passed).length;
  const { nearCopies } = training;
  const report = { model, against, checks, losses, seen: training.contamination.seen, nearCopies };
  const beside = against === null ? 'no other model' : `${against.name} ${against.version}`;
  io.out(
    flag(args, 'json')
      ? `${JSON.stringify(report)}\n`
      : `${model.name} ${model.version} against ${beside}\n\n${checkTable(checks)}${lossLines(losses)}${copyLines(nearCopies)}\n${failed} of ${checks.length} lines of the release list fail.\n`,
  );
  return flag(args, 'gate') && failed > 0 ? 1 : 0;
}

interface CandidateRun extends Omit<ReleaseRun, 'slices' | 'checks' | 'today' | 'commit'> {
  readonly losses: readonly SliceLoss[];
}

/** A model beside the candidate, and where the candidate loses against it. */
interface Regression {
  readonly against: ModelVersion;
  readonly losses: readonly SliceLoss[];
}

async function measureCandidate(args: CommandArguments, io: CommandIo): Promise<CandidateRun> {
  const config = await configFrom(args, io, { sources: [] });
  const options = modelOptions(modelsFrom(args, config));
  const { name } = options;
  const served = modelOptions(config.models);
  const directory = resolve(io.cwd, textOption(args, 'models-directory') ?? served.directory);
  const data = resolve(io.cwd, textOption(args, 'data-directory') ?? '../shared/data');
  const given = await givenFigures(args, io, name);
  const sets = await readSets(data);
  const suite = await readLabelledLines(suiteFiles(), 'behavioural cases', parseBehaviourCase);
  const record = await readTrainingRecord(directory, name);
  const training = checkTraining(record, { sets, suite }, await trainedTexts(record.sets, data));
  // The files of the folder are judged, not what a host has under the same name; and a host keeps its cache.
  const { model, brought, measured } = await withJudged(
    { ...options, directory, remote: null },
    async (candidate) => ({
      model: candidate.model,
      // Before the minutes of measuring: figures of another model end it.
      brought: joinFigures(given, candidate.model),
      measured: await measureRelease(candidate, { sets, suite, seed: SEED, onProgress: io.words }),
    }),
  );
  const judged = [...measured.judged.values()].flat();
  const regression = await compareWithReference(args, served, { model, name, judged });
  const { contamination, unchecked, unlicensed } = training;
  const { figures } = measured;
  const add = (figure: string, value: number, n: number) => figures.set(figure, { value, n });
  add('judged rows seen in training', contamination.seen.length, contamination.judgedRows);
  add('training sets that cannot be checked', unchecked.length, record.sets.length);
  add('training sets without a licence to ship', unlicensed.length, record.sets.length);
  add('all artefacts, MB', (await bytesUnder(directory)) / 1e6, 1);
  const copied = training.nearCopies.filter(({ masked }) => masked);
  add('suite texts in training but for names and numbers', copied.length, training.suiteTexts);
  if (regression !== null)
    add('slices that lose against the reference', regression.losses.length, judged.length);
  for (const [figure, value] of brought) add(figure, value, 1);
  return {
    model,
    against: regression?.against ?? null,
    given,
    record,
    training,
    measured,
    losses: regression?.losses ?? [],
    sets: [...sets.values()],
  };
}

/** Null where there is no other model: one that is compared with itself loses nothing, and that says nothing. */
async function compareWithReference(
  args: CommandArguments,
  served: LoadOptions,
  candidate: {
    readonly model: ModelVersion;
    readonly name: ModelName;
    readonly judged: readonly JudgedRow[];
  },
): Promise<Regression | null> {
  const named = choiceOption(args, 'against', MODEL_NAMES);
  const compared = await compareWith({ ...served, name: named ?? served.name }, candidate);
  const below = referenceBelow(candidate.name);
  if (compared !== null || named !== null || below === null) return compared;
  return compareWith({ ...served, name: below }, candidate);
}

function compareWith(
  reference: LoadOptions,
  { model, judged }: { readonly model: ModelVersion; readonly judged: readonly JudgedRow[] },
): Promise<Regression | null> {
  return withJudged(reference, async (other) => {
    if (other.model.sha256 === model.sha256) return null;
    const rows = judged.map(({ row }) => row);
    return { against: other.model, losses: findLosses(await judgeRows(other, rows), judged) };
  });
}

async function readSets(data: string): Promise<ReadonlyMap<string, DevSet>> {
  const sets = new Map<string, DevSet>();
  for (const key of JUDGING_SETS) {
    const set = await readDevSet(data, key);
    if (set !== null) sets.set(key, set);
  }
  if (sets.size === 0)
    throw new ConfigError(
      'dev_sets_missing',
      `${data} holds no labelled/NAME/dev.jsonl. Name the folder with --data-directory.`,
    );
  return sets;
}

async function trainedTexts(
  keys: readonly string[],
  data: string,
): Promise<ReadonlyMap<string, readonly string[] | null>> {
  const texts = new Map<string, readonly string[] | null>();
  for (const key of keys) {
    const rows = await trainedRows(key, data);
    texts.set(key, rows?.map(({ text }) => text) ?? null);
  }
  return texts;
}

async function trainedRows(key: string, data: string): Promise<readonly { readonly text: string }[] | null> {
  if (key === 'own') return collectOwnRows(inPackage('models/training/own-texts'));
  if (key === 'numbers') return collectNumberRows();
  return (await readDevSet(data, key, 'train'))?.rows ?? null;
}

async function bytesUnder(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  return bytes;
}

async function givenFigures(
  args: CommandArguments,
  io: CommandIo,
  model: string,
): Promise<readonly GivenFigures[]> {
  if (args.values['figures'] === undefined) return [];
  const names = floorsFor(model).flatMap(({ figure, from }) => (from === 'file' ? [figure] : []));
  return Promise.all(
    fileOptions(args, 'figures', io.cwd, '').map(async (path) => {
      const text = await readFile(path, 'utf8').catch((cause: unknown) => {
        throw new ConfigError(
          'figures_unreadable',
          `${path} cannot be read. --figures takes a file of JSON.`,
          {
            cause,
          },
        );
      });
      return parseFigures(text, path, names);
    }),
  );
}

/** The commit of this program's sources; null where they are no checkout. */
async function commitOfCode(): Promise<string | null> {
  return promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: packageRoot(), timeout: 5000 }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}

function checkTable(checks: readonly ReleaseCheck[]): string {
  return textTable(
    ['', 'side', 'figure', 'value', 'must be', 'of'],
    checks.map((check) => [
      check.passed ? 'pass' : 'FAIL',
      check.dimension,
      check.figure,
      valueWords(check),
      `${check.must === 'least' ? '≥' : '≤'} ${check.bound}`,
      check.n === null ? '–' : String(check.n),
    ]),
  );
}

function lossLines(losses: readonly SliceLoss[]): string {
  return losses
    .map(
      ({ slice, n, served, candidate, points }) =>
        `\nLoss of ${points.toFixed(1)} points: ${slice}, n ${n}, ${served.toFixed(3)} → ${candidate.toFixed(3)}`,
    )
    .join('');
}

function copyLines(copies: readonly NearCopy[]): string {
  return copies
    .slice(0, SHOWN_COPIES)
    .map(
      ({ text, trained, copy, similarity, masked }) =>
        `\nNear copy, ${masked ? 'but for names and numbers' : similarity.toFixed(2)}: ${text} ← ${trained}: ${copy}`,
    )
    .join('');
}
