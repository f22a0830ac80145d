import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SENTIMENT_LABELS, TOPIC_IDS } from '../../pipeline/core/taxonomy.js';
import { readLabelledRows } from '../evaluation/read-labelled-rows.js';
import { textKind } from '../ngram/text-kind.js';
import {
  chooseSets,
  collectNumberRows,
  collectOwnRows,
  collectRows,
  toTrainingRow,
  type TrainingRow,
} from './collect-rows.js';
import { OWN_LICENCE } from './training-sets.js';

export interface ExportOptions {
  readonly sets: 'shippable' | 'all';
  /** Holds `labelled/NAME/train.jsonl` and `dev.jsonl`. */
  readonly dataDirectory: string;
  readonly ownTextsDirectory: string;
  /** Gets `train.jsonl`, `dev.jsonl` and, with licence and shippability of each set, `sets.json`. */
  readonly outputDirectory: string;
}

/**
 * Writes what the trainers in Python read: the rows of the chosen sets, our own texts and generated
 * sentences about figures with all their lessons, one JSON object a
 * line, so that sets, weights, licences and the reading of topic names have one home. Answers how many rows each file has.
 *
 * The dev rows are those of every set, to be looked at after training and never chosen by.
 */
export async function exportRows(options: ExportOptions): Promise<Readonly<Record<'train' | 'dev', number>>> {
  const { dataDirectory, ownTextsDirectory, outputDirectory } = options;
  const train = [
    ...(await collectRows(dataDirectory, chooseSets(options.sets))),
    ...(await collectOwnRows(ownTextsDirectory)),
    ...collectNumberRows(),
  ];
  const dev: TrainingRow[] = [];
  for (const set of chooseSets('all')) {
    for await (const row of readLabelledRows(join(dataDirectory, 'labelled', set.key, 'dev.jsonl')))
      dev.push(toTrainingRow(row, set));
  }
  await writeLines(join(outputDirectory, 'train.jsonl'), train);
  await writeLines(join(outputDirectory, 'dev.jsonl'), dev);
  const own = { licence: OWN_LICENCE, shippable: true };
  const sets = Object.fromEntries([
    ...chooseSets(options.sets).map(({ key, licence, shippable }) => [key, { licence, shippable }] as const),
    ['own', own],
    ['numbers', own],
  ]);
  await writeFile(join(outputDirectory, 'sets.json'), `${JSON.stringify(sets, null, 1)}\n`);
  return { train: train.length, dev: dev.length };
}

async function writeLines(path: string, rows: readonly TrainingRow[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const lines = rows.map((row) => `${JSON.stringify(toExportedRow(row))}\n`);
  await pipeline(Readable.from(lines), createWriteStream(path));
}

/** Masks as lists of names, for a reader that does not know our bits. */
function toExportedRow({ sentiment, topic, ...row }: TrainingRow) {
  return {
    ...row,
    kind: textKind(row.text),
    sentiment: sentiment && {
      allowed: named(SENTIMENT_LABELS, sentiment.allowed),
      right: named(SENTIMENT_LABELS, sentiment.right),
      weight: sentiment.weight,
    },
    topics: topic && { right: named(TOPIC_IDS, topic.right), weight: topic.weight },
  };
}

function named(names: readonly string[], mask: number): readonly string[] {
  return names.filter((_, index) => (mask & (1 << index)) !== 0);
}
