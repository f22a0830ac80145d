import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, it } from 'vitest';

import { tellStories, type ToldStory } from '../../../../pipeline/app/tell-stories.js';
import { systemClock } from '../../../../pipeline/core/clock.js';

const folder = await mkdtemp(join(tmpdir(), 'bellwether-stories-'));
afterAll(() => rm(folder, { recursive: true }));

const HEADLINE = 'Ambrose Mills shares rise 4% after record orders';
const row = (id: string, publishedAt: string, title: string) =>
  JSON.stringify({ id, source: 'wire', publishedAt, title, text: '' });

it('tells story and novelty of each document in the order of the file, and says which lines are none', async () => {
  const file = join(folder, 'stream.jsonl');
  const lines = [
    row('a', '2026-03-02T08:00:00Z', HEADLINE),
    row('b', '2026-03-02T08:00:00Z', `UPDATE 1-${HEADLINE}`),
    'no JSON',
    row('c', '2026-03-02T09:00:00Z', HEADLINE.replace('4%', '14%')),
    row('d', '2026-03-09T08:00:00Z', HEADLINE),
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const told: ToldStory[] = [];
  const rejected: string[] = [];
  await tellStories({
    files: [file],
    clock: systemClock,
    signal: new AbortController().signal,
    onTold: (story) => told.push(story),
    onRejected: ({ place }) => rejected.push(place),
  });
  expect(told.map(({ id, novelty }) => [id, novelty])).toEqual([
    ['a', 1],
    ['b', 0.5],
    ['c', 1],
    ['d', 1],
  ]);
  const [a, b, c, d] = told.map(({ storyId }) => storyId);
  expect(b).toBe(a);
  expect(c).not.toBe(a);
  expect(d).toBe(a);
  expect(rejected).toHaveLength(1);
});
