import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runRelease } from '../../../../pipeline/commands/evaluate-release.js';
import { captureIo } from '../../../support/command-io.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-gate-'));
  await mkdir(join(folder, 'labelled', 'tfns'), { recursive: true });
  const rows = ['Profit rises', 'Shares plunge after a warning', 'The meeting is on Tuesday'].map(
    (text, index) => ({
      text,
      lang: 'en',
      source: 'tfns',
      sentiment: ['positive', 'negative', 'neutral'][index],
    }),
  );
  await writeFile(
    join(folder, 'labelled', 'tfns', 'dev.jsonl'),
    rows.map((row) => JSON.stringify(row)).join('\n'),
  );
});
afterAll(() => rm(folder, { recursive: true }));

async function gate(values: Readonly<Record<string, string | boolean | string[]>>) {
  const { io, said } = captureIo(folder);
  const code = await runRelease(
    { values: { gate: true, model: 'lexicon', 'data-directory': folder, ...values }, positionals: [] },
    io,
  );
  return { code, out: said().out };
}

describe('the gate', () => {
  it('fails a model that is compared with itself, says what to do, and says so on the card', async () => {
    const { code, out } = await gate({ against: 'lexicon', card: 'card.md' });
    expect(code).toBe(1);
    expect(out).toContain('against no other model');
    expect(out).toMatch(
      /FAIL +business +slices that lose .* name another model than the candidate with --against/,
    );
    const card = await readFile(join(folder, 'card.md'), 'utf8');
    expect(card).toContain('- **Compared with**: no other model');
    expect(card).toMatch(/- \*\*Near copies\*\*: 0 of \d+ texts of the behavioural suite/);
    // Value and interval of the accuracy; the ECE stands alone.
    expect(card).toMatch(/^\| all \| 3 \| [\d.]+ \([\d.]+–[\d.]+\).* \| \d\.\d{3} \|$/m);
    expect(card).toMatch(/^\| all \| all \| \d+ \| \d\.\d{3} \| \d\.\d{3} \| \d+ \|$/m);
  });

  it('takes no figure from a file that it measures itself', async () => {
    const file = {
      sha256: 'ab'.repeat(32),
      date: '2026-11-28',
      machine: '2 cores',
      command: 'by hand',
      figures: { 'judged rows seen in training': 0 },
    };
    await writeFile(join(folder, 'figures.json'), JSON.stringify(file));
    await expect(gate({ figures: ['figures.json'] })).rejects.toMatchObject({ code: 'figures_invalid' });
  });
});
