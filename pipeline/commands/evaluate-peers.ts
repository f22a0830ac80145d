import { resolve } from 'node:path';

import { judgeRows, type JudgedRow } from '../../models/evaluation/judge-rows.js';
import { createVaderModel } from '../../models/evaluation/peers/vader-model.js';
import {
  CHINESE_SENTIMENT,
  ENGLISH_THREE_CLASS,
  readDevSet,
} from '../../models/evaluation/release/dev-sets.js';
import { calibrationError, macroF1 } from '../../models/evaluation/release/set-figures.js';
import type { TextModel } from '../../models/evaluation/text-model.js';
import { MODEL_NAMES } from '../../models/model-names.js';
import { modelOptions } from '../app/understanding.js';
import { BellwetherError, ConfigError } from '../core/errors.js';
import { flag, noPositionals, textOption } from './arguments.js';
import type { Command, CommandArguments, CommandIo } from './command.js';
import { inPackage, withJudged } from './evaluation-model.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

const SETS = [...ENGLISH_THREE_CLASS, ...CHINESE_SENTIMENT];
const POOLED = 'english-three-class';
/** A model that is not installed is left out; without rows, or with answers that never came, there is no table. */
const ENDING = ['dev_sets_missing', 'model_unanswered', 'answers_missing'];

interface PeerFigures {
  readonly macroF1: number;
  readonly ece: number;
  readonly n: number;
}

/** By model, then by set; a model that cannot be asked has none, with the reason. */
interface PeerReport {
  readonly models: Readonly<Record<string, Readonly<Record<string, PeerFigures>>>>;
  readonly missing: Readonly<Record<string, string>>;
}

export const evaluatePeersCommand: Command = {
  name: 'evaluate peers',
  summary: 'Our models beside VADER on the same dev parts, in one table of Markdown: macro-F1 and ECE.',
  usage: '[--data-directory DIR] [--python PYTHON] [--json]',
  options: {
    'data-directory': {
      type: 'string',
      value: 'DIR',
      doc: 'Holds labelled/NAME/dev.jsonl; default ../shared/data.',
    },
    python: {
      type: 'string',
      value: 'PYTHON',
      doc: 'A Python with vaderSentiment; default python3. Without it VADER is left out.',
    },
    config: CONFIG_OPTIONS.config,
    json: { type: 'boolean', doc: 'The whole report as one line of JSON.' },
  },
  examples: ['bellwether evaluate peers --python /tmp/venv/bin/python'],
  async run(args, io) {
    noPositionals(args, 'evaluate peers');
    const report = await comparePeers(args, io);
    for (const [name, reason] of Object.entries(report.missing)) io.words(`${name} is left out: ${reason}`);
    io.out(flag(args, 'json') ? `${JSON.stringify(report)}\n` : table(report));
    return 0;
  },
};

async function comparePeers(args: CommandArguments, io: CommandIo): Promise<PeerReport> {
  const config = await configFrom(args, io, { sources: [] });
  const data = resolve(io.cwd, textOption(args, 'data-directory') ?? '../shared/data');
  const options = modelOptions(config.models);
  const vader = {
    python: textOption(args, 'python') ?? 'python3',
    script: inPackage('models/evaluation/peers/vader.py'),
  };
  const judges: [string, () => Promise<Record<string, PeerFigures>>][] = [
    ['vader', () => judgePeer(createVaderModel(vader), data)],
    ...MODEL_NAMES.map((name): [string, () => Promise<Record<string, PeerFigures>>] => [
      name,
      () => withJudged({ ...options, name }, (model) => judgePeer(model, data)),
    ]),
  ];
  const models: Record<string, Record<string, PeerFigures>> = {};
  const missing: Record<string, string> = {};
  for (const [name, judge] of judges) {
    try {
      models[name] = await judge();
    } catch (error) {
      if (!(error instanceof BellwetherError) || ENDING.includes(error.code)) throw error;
      missing[name] = error.message;
    }
  }
  return { models, missing };
}

async function judgePeer(model: TextModel, data: string): Promise<Record<string, PeerFigures>> {
  const figures: Record<string, PeerFigures> = {};
  const pooled: JudgedRow[] = [];
  for (const key of SETS) {
    const set = await readDevSet(data, key);
    // VADER reads English only.
    if (set === null || (model.model.name === 'vader' && key.startsWith('zh'))) continue;
    const judged = await judgeRows(model, set.rows);
    figures[key] = figuresOf(judged);
    if (!key.startsWith('zh')) pooled.push(...judged);
  }
  if (pooled.length === 0)
    throw new ConfigError(
      'dev_sets_missing',
      `${data} holds no labelled/NAME/dev.jsonl. Name the folder with --data-directory.`,
    );
  figures[POOLED] = figuresOf(pooled);
  return figures;
}

function figuresOf(rows: readonly JudgedRow[]): PeerFigures {
  return { macroF1: macroF1(rows).value, ece: calibrationError(rows).value, n: rows.length };
}

function table({ models }: PeerReport): string {
  const names = Object.keys(models);
  const sets = [...ENGLISH_THREE_CLASS, POOLED, ...CHINESE_SENTIMENT];
  const rows = sets.flatMap((set) => {
    const n = names.flatMap((name) => models[name]?.[set]?.n ?? [])[0];
    return n === undefined ? [] : [[set, String(n), ...names.map((name) => cell(name, models[name]?.[set]))]];
  });
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const head = ['set', 'rows', ...names.map((name) => (name === 'vader' ? 'VADER F1' : `${name} F1 / ECE`))];
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

function cell(name: string, figures: PeerFigures | undefined): string {
  if (figures === undefined) return '–';
  const f1 = figures.macroF1.toFixed(3);
  return name === 'vader' ? f1 : `${f1} / ${figures.ece.toFixed(3)}`;
}
