import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { readLabelledRows, type LabelledRow } from '../../../../models/evaluation/read-labelled-rows.js';
import { toTopicId } from '../../../../models/evaluation/topic-map.js';

const FOLDER = 'models/training/own-texts';
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl'));

async function rowsOf(file: string): Promise<readonly LabelledRow[]> {
  const rows: LabelledRow[] = [];
  for await (const row of readLabelledRows(`${FOLDER}/${file}`)) rows.push(row);
  return rows;
}

describe('our own texts', () => {
  it.each(files)(
    '%s: topics are ours, companies stand in their texts, the language is that of the file',
    async (file) => {
      for (const row of await rowsOf(file)) {
        expect([file.slice(0, 2), 'own']).toEqual([row.lang, row.source]);
        for (const topic of row.topics) expect([row.text, toTopicId('own', topic)]).not.toContain(null);
        for (const { name } of row.entities) expect(row.text).toContain(name);
        if (row.score !== null && row.sentiment !== null)
          expect([row.text, Math.sign(Math.trunc(row.score * 9))]).toEqual([
            row.text,
            ['negative', 'neutral', 'positive'].indexOf(row.sentiment) - 1,
          ]);
      }
    },
  );

  it('stand there once each', async () => {
    const texts = (await Promise.all(files.map(rowsOf))).flat().map((row) => row.text);
    expect(new Set(texts).size).toBe(texts.length);
  });
});
