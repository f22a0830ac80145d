import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createVaderModel } from '../../../../models/evaluation/peers/vader-model.js';

/** Stands in for Python with vaderSentiment: positive for "good", else negative. */
const SCRIPT = `
let input = '';
process.stdin.on('data', (part) => (input += part)).on('end', () => {
  for (const line of input.trim().split('\\n'))
    console.log(JSON.stringify({ label: JSON.parse(line).text.includes('good') ? 'positive' : 'negative' }));
});`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-vader-'));
  await writeFile(join(folder, 'vader.cjs'), SCRIPT);
  await writeFile(
    join(folder, 'broken.cjs'),
    'console.error("No module named vaderSentiment"); process.exitCode = 1;',
  );
});
afterAll(() => rm(folder, { recursive: true }));

const inputs = ['good\nnews', 'bad \ud800'].map((text) => ({ text, language: 'en' }));

describe('the VADER peer', () => {
  it('answers in the order of the texts, whatever they hold', async () => {
    const vader = createVaderModel({ python: process.execPath, script: join(folder, 'vader.cjs') });
    const answers = await vader.classify(inputs);
    expect(answers.map(({ sentiment }) => [sentiment.label, sentiment.polarity])).toEqual([
      ['positive', 1],
      ['negative', -1],
    ]);
  });

  it.each([
    [process.execPath, 'broken.cjs', /No module named vaderSentiment.*pip install vaderSentiment/],
    ['/nowhere/python', 'vader.cjs', /\/nowhere\/python cannot run VADER/],
  ])('says what is missing (%s %s)', async (python, script, message) => {
    const vader = createVaderModel({ python, script: join(folder, script) });
    await expect(vader.classify(inputs)).rejects.toMatchObject({
      code: 'vader_missing',
      message: expect.stringMatching(message) as string,
    });
  });
});
