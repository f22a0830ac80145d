import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { readLabelledRows, type LabelledRow } from '../../../../models/evaluation/read-labelled-rows.js';
import { toTopicId } from '../../../../models/evaluation/topic-map.js';

const FOLDER = 'models/training/own-texts';
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl'));

/** "rose by 4 % to EUR 2.5 mn from EUR 2.4 mn". */
const FROM_TO =
  /(?:(?<rose>rose|increased|grew|climbed|jumped|surged)|fell|decreased|dropped|declined|slid|sank)(?: by [\d.,]+ ?%?)? to (?:EUR |USD |GBP |[€$£])?(?<now>\d[\d,]*(?:\.\d+)?)(?: ?(?:%|mn|bn|m|million|billion))?,? from (?:EUR |USD |GBP |[€$£])?(?<before>\d[\d,]*(?:\.\d+)?)/;

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

  it.each(files.filter((file) => file.startsWith('en')))(
    '%s: no figure rises to a smaller one or falls to a larger one',
    async (file) => {
      for (const { text } of await rowsOf(file)) {
        const { rose, now, before } = FROM_TO.exec(text)?.groups ?? {};
        if (now === undefined) continue;
        const change = Number(now.replaceAll(',', '')) - Number(before?.replaceAll(',', ''));
        expect(`${text} ${Math.sign(change)}`).toBe(`${text} ${rose === undefined ? -1 : 1}`);
      }
    },
  );

  it('stand there once each', async () => {
    const texts = (await Promise.all(files.map(rowsOf))).flat().map((row) => row.text);
    expect(new Set(texts).size).toBe(texts.length);
  });
});
