import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  addLabelsOperation,
  labelsQueueOperation,
  listLabelsOperation,
} from '../../pipeline/app/operations/labels.js';
import { eraseOperation } from '../../pipeline/app/operations/erase.js';
import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import type { RunningService } from '../../pipeline/app/running-service.js';
import { widthOf } from '../../pipeline/commands/terminal-text.js';
import { never, openService } from '../support/in-process.js';
import { runCommand, temporaryFolder } from '../support/service.js';

/* The tests build on one another: first inside a service, then by command line on what it left. */

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let service: RunningService | null = null;
const running = () => {
  if (service === null) throw new Error('The service is stopped.');
  return service;
};
const TEXTS = [
  'Boeing shares plunge after regulators open a fraud probe',
  'Boeing takes a large order from Airbus customers',
  'Apple will hold its annual meeting in March',
  'Apple may or may not face weaker demand, analysts differ',
  '比亚迪净利润同比大幅增长，股价涨停',
  '比亚迪将于下周召开股东大会',
  '万科被立案调查，债券大跌',
  'Tesla recalls cars but says costs are small',
];
let ids: readonly string[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, 'live');
  service = await openService(data, 'live', { alerts: { enabled: false } });
  const published = new Date(Date.now() - 3_600_000).toISOString();
  const response = await fetch(`${String(running().addresses.page)}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      TEXTS.map((text, at) => ({
        source: { id: at === 7 ? 'gone' : 'desk', kind: 'news', name: 'Desk' },
        nativeId: `${at}`,
        title: text,
        text: `${text}.`,
        publishedAt: published,
      })),
    ),
  });
  ids = ((await response.json()) as { items: { id: string }[] }).items.map(({ id }) => id);
  await running().operate(reconcileOperation, {}, never);
}, 60_000);
afterAll(async () => {
  await service?.stop();
  await folder.remove();
});

const QUEUE = {
  size: 10,
  language: null,
  by: 'value',
  seed: 1,
  days: 30,
  labeller: null,
  onlySeconds: false,
} as const;
const queue = (more: object = {}) => running().operate(labelsQueueOperation, { ...QUEUE, ...more }, never);
const say = (at: number, author: string, value: string, origin = 'label') =>
  running().operate(
    addLabelsOperation,
    addLabelsOperation.parse({
      labels: [
        {
          documentId: ids[at],
          version: null,
          instrument: '',
          value,
          origin,
          author,
          guideline: '1',
          at: null,
        },
      ],
    }),
    never,
  );
/** What the API answers; with a body it is told something. */
async function ask(path: string, body?: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { method: 'POST', headers, body };
  const response = await fetch(`${String(running().addresses.page)}/api/v1/${path}`, sent);
  return ((await response.json()) as { data: unknown }).data;
}

describe('labelling in a service', () => {
  it('asks about every story once, in both languages, with reasons and without scores', async () => {
    const all = await queue();
    expect(new Set(all.map(({ documentId }) => documentId))).toEqual(new Set(ids));
    expect(all.every(({ reasons }) => reasons.length > 0)).toBe(true);
    expect(JSON.stringify(all)).not.toContain('sentiment');
    expect((await queue({ language: 'zh' })).map(({ language }) => language)).toEqual(['zh', 'zh', 'zh']);
    expect(await queue()).toEqual(all);
  });

  it('puts a verdict against the model first, asks a second person, and forgets with the document', async () => {
    expect(await say(4, 'reader', 'negative', 'verdict')).toEqual({ stored: 1, unknown: [] });
    const [first] = await queue();
    expect(first).toMatchObject({
      documentId: ids[4],
      reasons: expect.arrayContaining(['verdict']) as unknown,
    });
    // On the page, where the same is asked for and nothing is said of the first look.
    const answers = [{ instrument: '', value: 'neutral' }];
    const said = { labeller: 'ann', documentId: ids[7], version: 1, answers };
    expect(await ask('labels', JSON.stringify(said))).toEqual({ kept: 1 });
    expect(await ask('labels/progress?labeller=ann')).toMatchObject({ items: 2, mine: 1, doublyLabelled: 0 });
    const looks = (await ask('labels/queue?labeller=bo&second=true')) as { documentId: string }[];
    expect(new Set(looks.map(({ documentId }) => documentId))).toEqual(new Set([ids[4], ids[7]]));
    expect(JSON.stringify(looks)).not.toMatch(/second_look|reasons|value/);
    const seconds = await queue({ labeller: 'bo', onlySeconds: true });
    expect(new Set(seconds.map(({ documentId }) => documentId))).toEqual(new Set([ids[4], ids[7]]));
    await running().operate(
      eraseOperation,
      { author: null, pseudonym: null, source: 'gone', mode: 'erase' },
      never,
    );
    const { labels } = await running().operate(listLabelsOperation, { texts: 'none' as const }, never);
    expect(labels.map(({ documentId }) => documentId)).toEqual([ids[4]]);
    expect(await say(7, 'ann', 'neutral')).toEqual({ stored: 0, unknown: [ids[7]] });
  });

  it('refuses what is no label, with the field', () => {
    expect(() => addLabelsOperation.parse({ labels: [{ documentId: 'x' }] })).toThrow(
      /must be 32 hexadecimal digits in small letters/,
    );
    expect(() => labelsQueueOperation.parse({ ...QUEUE, size: 0 })).toThrow(/size/);
  });
});

describe('labelling by command line', () => {
  it('shows texts within 80 columns without scores, takes keys, and keeps what was said', async () => {
    await service?.stop();
    service = null;
    // The whole text of each; where two companies are named, one key for each of them too.
    const next = await runCommand(['labels', 'next', '--as', 'ann', '--data', data], {
      input: 'x'.concat('n'.repeat(40)),
    });
    expect([next.code, next.words]).toEqual([0, expect.stringContaining('texts labelled by ann')]);
    expect(Math.max(...next.out.split('\n').map(widthOf))).toBeLessThanOrEqual(80);
    expect(next.out).toContain('股东大会');
    expect(next.out).not.toMatch(/0\.\d|uncertain/);
    const again = await runCommand(['labels', 'next', '--as', 'ann', '--data', data]);
    expect(again.words).toContain('Nothing to label');
  }, 240_000);

  it('imports lines, tells the wrong ones and keeps the others', async () => {
    const file = join(folder.path, 'labels.jsonl');
    const lines = [
      ...[0, 1, 2, 3, 5, 6].map((at) => ({
        documentId: ids[at],
        sentiment: at === 0 ? 'negative' : 'neutral',
      })),
      { documentId: ids[4], sentiment: 'superb' },
      { documentId: 'ff'.repeat(16), sentiment: 'neutral' },
    ];
    await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    const done = await runCommand(['labels', 'import', file, '--as', 'bo', '--data', data]);
    expect(done.out).toBe('6 labels kept, 1 lines wrong, 1 documents not stored\n');
    expect(done.words).toMatch(/labels\.jsonl:7: field "sentiment"/);
    expect(done.code).toBe(1);
  }, 240_000);

  it('says how far people agree, and refuses to train on so little', async () => {
    const agree = await runCommand(['labels', 'agree', '--gate', '--json', '--data', data]);
    const report = JSON.parse(agree.out) as { doublyLabelled: number; disputes: number; problem: string };
    expect(report).toMatchObject({ doublyLabelled: 7, disputes: 5 });
    expect(report.problem).toContain('two people');
    expect(agree.code).toBe(1);
  }, 240_000);

  it('shows what people said where they differ, and keeps the decision beside it', async () => {
    const decide = await runCommand(['labels', 'adjudicate', '--as', 'cy', '--data', data], {
      input: 'uuuuu',
    });
    expect(decide.out).toContain('ann: negative · bo: neutral');
    expect(decide.words).toContain('5 decided by cy');
    const agree = await runCommand(['labels', 'agree', '--json', '--data', data]);
    expect(JSON.parse(agree.out)).toMatchObject({ doublyLabelled: 7, disputes: 0 });
  }, 240_000);

  it.each([
    [['labels', 'next'], /--as NAME/],
    [['labels', 'import'], /takes one FILE/],
    [['labels', 'verdict', '--as', 'ann'], /needs --document/],
    [['labels', 'queue', '--by', 'luck'], /--by takes one of/],
  ])('answers wrong use %j with exit code 2 and the fix', async (args, words) => {
    const finished = await runCommand([...args, '--data', data]);
    expect(finished.words).toMatch(words);
    expect(finished.code).toBe(2);
  });
});
