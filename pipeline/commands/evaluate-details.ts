import { writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';

import type { Estimate } from '../../models/evaluation/intervals.js';
import { judgeRows } from '../../models/evaluation/judge-rows.js';
import { readLabelledRows, type LabelledRow } from '../../models/evaluation/read-labelled-rows.js';
import { reliabilityDiagram } from '../../models/evaluation/reliability-diagram.js';
import {
  sliceReport,
  type SliceFigures,
  type SliceReport,
} from '../../models/evaluation/slices/slice-figures.js';
import type { TextModel } from '../../models/evaluation/text-model.js';
import { ConfigError } from '../core/errors.js';
import { flag, textOption } from './arguments.js';
import type { CommandArguments, CommandIo, CommandOption } from './command.js';
import { textTable } from './text-table.js';

export const DETAIL_OPTIONS = {
  slices: {
    type: 'boolean',
    doc: 'Also by language, kind, topic, length, negation, numbers and source, with 95 % intervals (the ECE has none).',
  },
  reliability: {
    type: 'string',
    value: 'FILE.svg',
    doc: 'Also draw claimed confidence against the share that was right.',
  },
} as const satisfies Record<string, CommandOption>;

/** What `evaluate` adds to its report when `--slices` or `--reliability` ask for it. */
export async function evaluateDetails(
  args: CommandArguments,
  io: CommandIo,
  model: TextModel,
  files: readonly string[],
): Promise<{ readonly text: string; readonly json: { readonly slices?: SliceReport } }> {
  const picture = textOption(args, 'reliability');
  if (picture === null && !flag(args, 'slices')) return { text: '', json: {} };
  const rows: LabelledRow[] = [];
  for (const file of files) for await (const row of readLabelledRows(file)) rows.push(row);
  const judged = await judgeRows(model, rows);
  if (judged.length === 0)
    throw new ConfigError('usage', 'No row has a sentiment: there is nothing to slice or to draw.');
  if (picture !== null) {
    const sets = files.map((file) => basename(dirname(file))).join(', ');
    await writeText(resolve(io.cwd, picture), reliabilityDiagram(`${model.model.name} on ${sets}`, judged));
  }
  if (!flag(args, 'slices')) return { text: '', json: {} };
  const slices = sliceReport(judged);
  return { text: `\n${sliceTable(slices)}`, json: { slices } };
}

/** Writes a file; ConfigError `output_unwritable` names it and the cause. */
export async function writeText(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError('output_unwritable', `${path} cannot be written: ${reason}.`, { cause });
  });
}

function sliceTable({ all, slices }: SliceReport): string {
  const head = ['slice', 'n', 'accuracy', 'macro-F1', 'negative recall', 'neutral recall', 'ECE'];
  return textTable(head, [
    ['all', ...cells(all)],
    ...slices.map((slice) => [`${slice.dimension} ${slice.value}`, ...cells(slice)]),
  ]);
}

function cells(figures: SliceFigures): readonly string[] {
  const { accuracy, macroF1, negativeRecall, neutralRecall, ece } = figures;
  return [
    String(figures.n),
    ...[accuracy, macroF1, negativeRecall, neutralRecall].map(cell),
    // Without an interval: see SliceFigures.
    ece.toFixed(3),
  ];
}

function cell(estimate: Estimate | null): string {
  if (estimate === null) return '–';
  return `${estimate.value.toFixed(3)} (${estimate.low.toFixed(3)}–${estimate.high.toFixed(3)})`;
}
