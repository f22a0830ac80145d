import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { createLexiconClassifier } from '../../../../models/lexicon/lexicon-classifier.js';
import { compareModels } from '../../../../models/training/compare-models.js';

const row = (text: string, sentiment: string) => `${JSON.stringify({ text, lang: 'en', sentiment })}\n`;
let folder: string;
let regressionFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-compare-'));
  regressionFile = join(folder, 'regression.jsonl');
  await writeFile(regressionFile, row('Profit rises and shares jump', 'positive'));
  await mkdir(join(folder, 'sets', 'labelled', 'fpb'), { recursive: true });
  await writeFile(
    join(folder, 'sets', 'labelled', 'fpb', 'dev.jsonl'),
    row('Shares plunge after a loss', 'negative'),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const compare = (dataDirectory: string) =>
  compareModels(createLexiconClassifier(), createLexiconClassifier(), {
    dataDirectory,
    regressionFile,
    clock: { monotonic: () => 0 },
  });

it('finds nothing wrong between a model and itself on the sets that are there', async () => {
  const { sets, problems } = await compare(join(folder, 'sets'));
  expect(sets).toMatchObject({ fpb: { rows: 1 } });
  expect(problems).toEqual([]);
});

it('holds it against the candidate when no dev set is where they were looked for', async () => {
  const missing = join(folder, 'elsewhere');
  const { sets, problems } = await compare(missing);
  expect(sets).toEqual({});
  expect(problems).toEqual([
    `No dev set was compared: there is no labelled/NAME/dev.jsonl in ${missing}. Give their folder with --data-directory.`,
  ]);
});
