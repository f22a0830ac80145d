import { cp, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseLabelLine } from '../../models/labelling/parse-label-line.js';
import { run } from '../../pipeline/cli.js';
import { processorWords } from '../../pipeline/commands/evaluate.js';
import { labelsImportCommand } from '../../pipeline/commands/labels-import.js';
import { captureIo } from '../support/command-io.js';
import { ARTIFACTS, ENCODER_SETTINGS } from '../support/encoder.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-commands-'));
  await mkdir(join(folder, 'models'));
  await symlink(join(ARTIFACTS, 'ngram'), join(folder, 'models/ngram'));
  await cp(join(ARTIFACTS, 'ngram-research'), join(folder, 'models/ngram-research'), { recursive: true });
  await truncate(join(folder, 'models/ngram-research/weights.bin'), 1_000);
  await writeFile(
    join(folder, 'bellwether.yaml'),
    `models: { sentiment: ngram, directory: ${join(folder, 'models')} }\n`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** A command in this process. */
async function call(...args: readonly string[]) {
  const { io, said } = captureIo(folder);
  const code = await run(args, io);
  return { code, ...said() };
}

const withConfig = (...args: readonly string[]) => call(...args, '--config', 'bellwether.yaml');

describe('models verify', () => {
  it.each([
    ['lexicon', 0, /^$/],
    ['ngram-research', 1, /weights\.bin has 1000 bytes/],
    [
      'encoder-research',
      1,
      /^Not in this package .*models\/training\/encoder\/README\.md says how to train one/,
    ],
    ['imported-finbert', 1, /models import/],
    ['frobnicate', 2, /takes one NAME/],
  ])('%s ends with exit code %i', async (name, code, words) => {
    const finished = await withConfig('models', 'verify', name);
    expect(finished.words).toMatch(words);
    expect(finished.code).toBe(code);
  });

  it('says in its help which exit code means what', async () => {
    expect((await call('models', 'verify', '--help')).out).toMatch(
      /Exit code 1.* a missing file too; 2 is wrong use/,
    );
  });
});

describe('models list', () => {
  it('shows licence, languages and the beginning of the hash, and where to get what is not there', async () => {
    const { out } = await withConfig('models', 'list');
    expect(out).toMatch(/^NAME +VERSION +LICENCE +LANGUAGES +SHA-256 +STATE/);
    expect(out).toMatch(/^lexicon +\S+ +shippable +en zh +[0-9a-f]{12} +can serve$/m);
    expect(out).toMatch(/^ngram +\S+ +shippable +en zh +[0-9a-f]{12} +serves$/m);
    // Its terms can be read, its weights cannot.
    expect(out).toMatch(/^ngram-research +– +research +en zh +– +.*weights\.bin/m);
    expect(out).toMatch(
      /^encoder-research +– +– +– +– +Not in this package .*training\/encoder\/README\.md/m,
    );
  });
});

describe('help and wrong use', () => {
  it.each([
    ['models compare', /--as WHO +Who compares/],
    ['train ngram', /--as WHO +With --with-labels: who trains/],
    ['labels import', /"documentId":"[0-9a-f]{32}"/],
  ])('%s says what it takes', async (command, words) => {
    const { out } = await call(...command.split(' '), '--help');
    expect(out).toMatch(words);
  });

  it('gives an example of a label that an import takes', () => {
    const line = /'(\{.*\})'/.exec(labelsImportCommand.examples[0] ?? '')?.[1] ?? '';
    expect(parseLabelLine(line, 'example:1', 'ann')).toHaveLength(2);
  });

  it('names a wrong document ID in our own words', async () => {
    const args = ['--document', '0f3a', '--verdict', 'neutral', '--as', 'ann'];
    const { code, words } = await call('labels', 'verdict', ...args);
    expect(code).toBe(2);
    expect(words).toMatch(/32 hex digits .*not "0f3a"/);
    expect(words).not.toMatch(/Invalid string|✖/);
  });

  it('says that a file of expert rules holds none', async () => {
    await writeFile(join(folder, 'rules.yaml'), 'rules: []\n');
    expect(await call('expert-rules', 'test', 'rules.yaml')).toMatchObject({
      code: 0,
      out: '',
      words: expect.stringMatching(/^There are no rules in .*rules\.yaml\.$/) as string,
    });
  });

  it('measures nothing on a set without rows', async () => {
    await writeFile(join(folder, 'empty.jsonl'), '');
    const { code, out, words } = await withConfig('evaluate', '--set', 'empty.jsonl');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(words).toMatch(/no labelled rows in .*empty\.jsonl/);
  });

  it.each([
    ['lexicon', 2, 1, 'one thread'],
    ['encoder', 2, 1, '2 workers of one thread'],
    ['encoder', 1, 4, 'one worker of 4 threads'],
  ])('says what the speed of %s with %i workers of %i was measured on', (name, workers, threads, told) => {
    const remote = { urls: [] as string[], token: null, sha256: null, deadlineMs: 1_000 };
    const models = { sentiment: name, encoder: { ...ENCODER_SETTINGS, workers, threads }, remote };
    expect(processorWords({ name, version: '1', sha256: '' }, models)).toBe(told);
  });
});
