import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { toModelCard } from '../../../../models/evaluation/card/model-card.js';
import { judgeMentions } from '../../../../models/evaluation/judge-mentions.js';
import type { JudgedRow } from '../../../../models/evaluation/judge-rows.js';
import { parseLabelledRow } from '../../../../models/evaluation/read-labelled-rows.js';
import { checkRelease, valueWords } from '../../../../models/evaluation/release/check-release.js';
import { checkTraining } from '../../../../models/evaluation/release/check-training.js';
import { findContamination } from '../../../../models/evaluation/release/contamination.js';
import { readDevSet } from '../../../../models/evaluation/release/dev-sets.js';
import { floorsFor, RELEASE_FLOORS } from '../../../../models/evaluation/release/floors.js';
import { measureRelease } from '../../../../models/evaluation/release/measure-release.js';
import { joinFigures, parseFigures } from '../../../../models/evaluation/release/parse-figures.js';
import { referenceBelow } from '../../../../models/evaluation/release/reference.js';
import { findLosses } from '../../../../models/evaluation/release/regressions.js';
import {
  batchDifference,
  negativeOrNotF1,
  twoSidedF1,
} from '../../../../models/evaluation/release/set-figures.js';
import { readTrainingRecord } from '../../../../models/evaluation/release/training-record.js';
import { parseBehaviourCase } from '../../../../models/evaluation/behaviour/parse-case.js';
import type { TextModel } from '../../../../models/evaluation/text-model.js';
import { toSentiment } from '../../../../models/to-sentiment.js';

const row = (fields: object) =>
  parseLabelledRow(JSON.stringify({ lang: 'en', source: 'own', sentiment: 'neutral', ...fields }), 'x:1');
const model: TextModel = {
  model: { name: 'stub', version: '1', sha256: '0' },
  classify: (inputs) =>
    Promise.resolve(
      inputs.map(({ text }) => ({
        sentiment: toSentiment(text.includes('good') ? [0.1, 0.1, 0.8] : [0.6, 0.3, 0.1]),
        topics: [{ topic: 'earnings', probability: 1 }],
        flags: [],
      })),
    ),
};
const judged = (
  text: string,
  label: 'negative' | 'neutral' | 'positive',
  answer: [number, number, number],
): JudgedRow => ({
  row: row({ text, sentiment: label }),
  label,
  answer: { sentiment: toSentiment(answer), topics: [], flags: [] },
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-release-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('checkRelease', () => {
  const floors = [
    { figure: 'F1', dimension: 'algorithm', bound: 0.8, must: 'least', from: 'run' },
    { figure: 'ECE', dimension: 'algorithm', bound: 0.03, must: 'most', from: 'run' },
  ] as const;

  it.each([
    [0.8, 0.03, [true, true]],
    [0.79, 0.03, [false, true]],
    [0.9, 0.031, [true, false]],
    [NaN, 0, [false, true]],
  ])('F1 %d and ECE %d', (f1, ece, passed) => {
    const figures = new Map([
      ['F1', { value: f1, n: 10 }],
      ['ECE', { value: ece, n: 10 }],
    ]);
    expect(checkRelease(figures, floors).map((check) => check.passed)).toEqual(passed);
  });

  it('fails what was not measured', () => {
    expect(checkRelease(new Map(), floors)).toMatchObject([
      { passed: false, value: null },
      { passed: false, value: null },
    ]);
  });

  it('says what to do for a figure that only another model or another command brings', () => {
    const missing = (figure: string) =>
      checkRelease(new Map(), floorsFor('encoder'))
        .filter((check) => check.figure === figure)
        .map(valueWords);
    expect(missing('slices that lose against the reference')[0]).toContain('--against');
    expect(missing('p99 at 300 documents a second, s')[0]).toContain('--figures');
    expect(missing('macro-F1 tfns')).toEqual(['not measured']);
  });
});

describe('referenceBelow', () => {
  it.each([
    ['encoder', 'ngram'],
    ['encoder-research', 'ngram'],
    ['imported-finbert', 'ngram'],
    ['ngram', null],
    ['lexicon', null],
  ] as const)('of %s is %s', (candidate, reference) => {
    expect(referenceBelow(candidate)).toBe(reference);
  });
});

describe('the release list', () => {
  it('speaks for data, algorithm, engineering and business, and names no figure twice', () => {
    for (const name of Object.keys(RELEASE_FLOORS)) {
      const floors = floorsFor(name);
      expect(new Set(floors.map(({ figure }) => figure)).size).toBe(floors.length);
    }
    expect(new Set(floorsFor('encoder').map(({ dimension }) => dimension)).size).toBe(4);
  });

  it('bounds what the issue states and only other commands can measure', () => {
    const given = floorsFor('encoder').filter(({ from }) => from === 'file');
    expect(Object.fromEntries(given.map(({ figure, must, bound }) => [figure, [must, bound]]))).toEqual({
      'int8 against fp32, macro-F1 points': ['most', 0.5],
      'headlines served a second, 2 cores': ['least', 1500],
      'times PyTorch BERT-base fp32': ['least', 15],
      'times PyTorch BERT-base bf16': ['least', 8],
      'end to end, documents a second': ['least', 600],
      'p99 at 300 documents a second, s': ['most', 1.5],
      'memory per inference worker, MB': ['most', 250],
    });
  });

  it('asks a licence of every model but of research ones', () => {
    const asks = (name: string) => floorsFor(name).some(({ figure }) => figure.includes('licence'));
    expect([asks('encoder'), asks('imported-x'), asks('encoder-research')]).toEqual([true, true, false]);
  });
});

describe('contamination', () => {
  it('is found whatever the case, the link and the punctuation', () => {
    const { seen, judgedRows, trainedRows } = findContamination(
      [{ key: 'dev', texts: ['Profit ROSE, at Kelshaw! https://x.example/1', 'New'] }],
      [{ key: 'train', texts: ['profit rose at Kelshaw'] }],
    );
    expect({ judgedRows, trainedRows }).toEqual({ judgedRows: 2, trainedRows: 1 });
    expect(seen).toMatchObject([{ judged: 'dev', trained: 'train' }]);
  });

  it('counts sets that are not at hand and sets that do not let a model be shipped', () => {
    const check = checkTraining(
      { sets: ['fpb', 'own', 'tfns', 'mystery'], rowsSha256: null, commit: null, bytes: null },
      {
        sets: new Map(),
        suite: [
          parseBehaviourCase(
            '{"lang":"en","capability":"x","type":"minimum","text":"Leaked!","labels":["neutral"]}',
            'x:1',
          ),
        ],
      },
      new Map([
        ['own', ['leaked']],
        ['fpb', null],
        ['tfns', ['other']],
      ]),
    );
    expect(check.unchecked).toEqual(['fpb', 'mystery']);
    expect(check.unlicensed).toEqual(['fpb', 'mystery']);
    expect(check.contamination.seen).toMatchObject([{ judged: 'behaviour', trained: 'own' }]);
    expect(check.suiteTexts).toBe(1);
  });
});

describe('readTrainingRecord', () => {
  const write = async (name: string, manifest: object) => {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'model.json'), JSON.stringify(manifest));
  };

  it('reads what an n-gram model and an encoder say, with the models below them', async () => {
    await write('ngram', { training: { sets: [{ key: 'tfns' }, { key: 'own' }] }, weights: { bytes: 7 } });
    await write('encoder', {
      trainedOn: ['sentfin'],
      rowsSha256: 'ab',
      commit: 'cd',
      languages: { zh: { ladder: 'ngram' } },
    });
    expect(await readTrainingRecord(folder, 'ngram')).toMatchObject({ sets: ['own', 'tfns'], bytes: 7 });
    expect(await readTrainingRecord(folder, 'encoder')).toMatchObject({
      sets: ['own', 'sentfin', 'tfns'],
      rowsSha256: 'ab',
      commit: 'cd',
    });
    await write('blended', {
      trainedOn: ['sentfin'],
      languages: { zh: { blend: { ladder: 'ngram', weight: 0.5 } } },
    });
    expect((await readTrainingRecord(folder, 'blended')).sets).toEqual(['own', 'sentfin', 'tfns']);
    expect((await readTrainingRecord(folder, 'lexicon')).sets).toEqual([]);
  });

  it('refuses a model that does not say, and one that is not there', async () => {
    await write('silent', { name: 'silent' });
    for (const name of ['silent', 'absent'])
      await expect(readTrainingRecord(folder, name)).rejects.toMatchObject({ code: 'training_unstated' });
  });
});

describe('findLosses', () => {
  const rows = (right: number) =>
    Array.from({ length: 200 }, (_, index) =>
      judged('a text', 'negative', index < right ? [0.8, 0.1, 0.1] : [0.1, 0.8, 0.1]),
    );

  it('lists the slices that lose more than three points, and not those that lose less or are small', () => {
    expect(findLosses(rows(180), rows(175))).toEqual([]);
    const losses = findLosses(rows(180), rows(170));
    expect(losses[0]).toMatchObject({ n: 200, served: 0.9, candidate: 0.85 });
    expect(losses[0]?.points).toBeCloseTo(5);
    expect(findLosses(rows(180).slice(0, 99), rows(0).slice(0, 99))).toEqual([]);
  });
});

describe('figures of two-sided sets', () => {
  const rows = [judged('a', 'negative', [0.3, 0.5, 0.2]), judged('b', 'positive', [0.2, 0.5, 0.3])];

  it('choose between the classes that the set has', () => {
    expect(twoSidedF1(rows)).toEqual({ value: 1, n: 2 });
    const notNegative = [judged('a', 'negative', [0.6, 0.2, 0.2]), judged('b', 'neutral', [0.4, 0.1, 0.5])];
    expect(negativeOrNotF1(notNegative)).toEqual({ value: 1, n: 2 });
  });
});

describe('judgeMentions', () => {
  it('asks for each company, and takes the text where a model judges texts only', async () => {
    const text = 'Kelshaw wins, Vasquara loses';
    const headline = row({
      text,
      entities: [
        { name: 'kelshaw', sentiment: 'positive' },
        { name: 'Vasquara', sentiment: 'negative' },
        { name: 'Absent', sentiment: 'negative' },
      ],
    });
    const asked: unknown[] = [];
    const judging: TextModel = {
      ...model,
      classify: (inputs) => {
        asked.push(...inputs);
        const mentions = [toSentiment([0, 0, 1]), null, null];
        const answer = { sentiment: toSentiment([1, 0, 0]), topics: [], flags: [], mentions };
        return [answer];
      },
    };
    expect(await judgeMentions(judging, [headline, row({ text: 'none' })])).toEqual([
      { label: 'positive', answer: 'positive', mixed: true },
      { label: 'negative', answer: 'negative', mixed: true },
      { label: 'negative', answer: null, mixed: true },
    ]);
    expect(asked).toEqual([{ text, language: 'en', mentions: [[[0, 7]], [[14, 22]], []] }]);
  });

  it('takes the sentence that names a company, as the service does, where a model judges texts only', async () => {
    const mixed = row({
      text: 'Kelshaw wins the order. Vasquara loses it.',
      entities: [
        { name: 'Kelshaw', sentiment: 'positive' },
        { name: 'Vasquara', sentiment: 'negative' },
      ],
    });
    const byText: TextModel = {
      ...model,
      classify: (inputs) =>
        inputs.map(({ text }) => ({
          sentiment: toSentiment(text.includes('loses') ? [1, 0, 0] : [0, 0, 1]),
          topics: [],
          flags: [],
        })),
    };
    expect(await judgeMentions(byText, [mixed])).toMatchObject([
      { answer: 'positive' },
      { answer: 'negative' },
    ]);
  });
});

describe('measureRelease', () => {
  it('measures the sets at hand and leaves out the figures of the others', async () => {
    await mkdir(join(folder, 'labelled', 'fpb'), { recursive: true });
    await writeFile(
      join(folder, 'labelled', 'fpb', 'dev.jsonl'),
      [
        { text: 'good', lang: 'en', source: 'fpb', sentiment: 'positive', agreement: 'all' },
        { text: 'dull', lang: 'en', source: 'fpb', sentiment: 'neutral', agreement: '50' },
      ]
        .map((each) => JSON.stringify(each))
        .join('\n'),
    );
    const set = await readDevSet(folder, 'fpb');
    expect(set?.agreed).toEqual(new Set(['good']));
    expect(await readDevSet(folder, 'absent')).toBeNull();
    const suite = [
      parseBehaviourCase(
        '{"lang":"en","capability":"x","type":"minimum","text":"a good year","labels":["positive"]}',
        'x:1',
      ),
    ];
    const { figures } = await measureRelease(model, {
      sets: new Map(set === null ? [] : [['fpb', set]]),
      suite,
      seed: 1,
      onProgress: () => undefined,
    });
    expect(figures.get('accuracy fpb')).toEqual({ value: 0.5, n: 2 });
    expect(figures.get('accuracy fpb, all agree')).toEqual({ value: 1, n: 1 });
    expect(figures.get('neutral recall fpb')).toEqual({ value: 0, n: 1 });
    expect(figures.get('behavioural suite en')).toEqual({ value: 1, n: 1 });
    expect(figures.get('score alone against in a batch')).toEqual({ value: 0, n: 2 });
    expect(figures.has('macro-F1 tfns')).toBe(false);
    expect(figures.get('counterfactual sentences with two labels')?.value).toBe(0);
  });
});

describe('batchDifference', () => {
  it('is no number, which passes nowhere, when a text gets no answer', async () => {
    const silent: TextModel = { ...model, classify: () => [] };
    expect((await batchDifference(silent, [{ text: 'good', language: 'en' }])).value).toBeNaN();
  });
});

describe('parseFigures', () => {
  const names = ['memory per inference worker, MB', 'p99 at 300 documents a second, s'];
  const sha256 = 'ab'.repeat(32);
  const file = {
    sha256,
    date: '2026-11-28',
    machine: '2 cores',
    command: 'npm run bench',
    figures: { 'memory per inference worker, MB': 212 },
  };
  const parse = (changes: object) => parseFigures(JSON.stringify({ ...file, ...changes }), 'f.json', names);

  it.each([
    [
      { figures: { 'macro-F1 tfns': 0.99 } },
      '"macro-F1 tfns" is no figure that a file may bring; those are: memory',
    ],
    [
      { figures: { 'memory per inference worker, MB': '212' } },
      '"memory per inference worker, MB" must be a number',
    ],
    [{ figures: {} }, '"figures" must be an object'],
    [{ sha256: undefined }, '"sha256" must be the hash of the model'],
    [{ date: 'today' }, '"date" must be a day'],
    [{ machine: ' ' }, '"machine" must be'],
    [{ command: undefined }, '"command" must be'],
    [{ note: 'x' }, '"note" is not known'],
  ])('refuses %j', (changes, problem) => {
    expect(() => parse(changes)).toThrow(`f.json: ${problem}`);
  });

  it.each(['{', '[]', '3'])('refuses %s', (text) => {
    expect(() => parseFigures(text, 'f.json', names)).toThrow('f.json: not a JSON object');
  });

  it('reads figures with the model, the day, the machine and the command', () => {
    expect(parse({})).toEqual({ ...file, figures: new Map(Object.entries(file.figures)) });
  });

  it('joins files of the judged model, and refuses those of another and a figure that two bring', () => {
    const other = parse({ figures: { 'p99 at 300 documents a second, s': 1.2 } });
    expect(joinFigures([parse({}), other], { name: 'encoder', sha256 })).toEqual(
      new Map([
        ['memory per inference worker, MB', 212],
        ['p99 at 300 documents a second, s', 1.2],
      ]),
    );
    expect(() => joinFigures([parse({})], { name: 'encoder', sha256: 'cd' })).toThrow(
      'encoder, which is judged, is cd',
    );
    expect(() => joinFigures([other, other], { name: 'encoder', sha256 })).toThrow(
      'Two files of --figures bring "p99',
    );
  });
});

describe('toModelCard', () => {
  it('keeps what a cell holds inside it', () => {
    const card = toModelCard({
      name: 'ngram-research',
      version: '1',
      sha256: 'ab',
      bytes: 2_000_000,
      trainingSets: [{ key: 'own', rows: 3, licence: 'A|B\nC' }],
      facts: [['Seed', '1']],
      tables: [{ title: 'T', words: null, head: ['a'], rows: [['x | y']] }],
    });
    expect(card).toContain('| own | 3 | A\\|B C |');
    expect(card).toContain('| x \\| y |');
    expect(card).toContain('2.0 MB');
    expect(card).toContain('Do not ship');
  });
});
