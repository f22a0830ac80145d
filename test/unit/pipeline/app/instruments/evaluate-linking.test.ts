import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadInstruments } from '../../../../../config/reference.js';
import {
  evaluateLinking,
  maskCashtags,
  type LinkingError,
} from '../../../../../pipeline/app/instruments/evaluate-linking.js';
import { indexNames } from '../../../../../pipeline/app/instruments/name-index.js';
import {
  readLinkingRows,
  readLinkLabels,
} from '../../../../../pipeline/app/instruments/read-linking-rows.js';
import { createLinker, type Linker } from '../../../../../pipeline/operators/link-instruments.js';

let folder = '';
let linker: Linker;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-linking-'));
  linker = createLinker(await loadInstruments());
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(name: string, rows: readonly object[]): Promise<string> {
  const path = join(folder, name);
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

function evaluate(rows: ReturnType<typeof readLinkingRows>, onError?: (error: LinkingError) => void) {
  const judged = new Set(linker.byId.keys());
  const names = indexNames(linker.byId.values());
  return evaluateLinking(rows, { linker, names, judged, maskCashtags: true }, onError);
}

describe('evaluateLinking', () => {
  it('counts right, wrong, missed and unlisted, and tells of each error', async () => {
    const path = await fileOf('rows.jsonl', [
      { text: 'Boeing halts deliveries', entities: [{ name: 'Boeing Co' }] },
      { text: 'Airbus beats Boeing', entities: [{ name: 'Airbus' }, { name: 'Nobody Works' }] },
      { text: 'A firm nobody named', entities: [{ name: 'Pfizer' }] },
    ]);
    const errors: LinkingError[] = [];
    const report = await evaluate(readLinkingRows(path), (error) => errors.push(error));
    expect(report).toMatchObject({ rows: 3, exactRows: 1, labels: 3, links: 3, right: 2, unlisted: 1 });
    expect(report).toMatchObject({ unlabelledLinks: 1, precisionWhereLabelled: 1, againstTickers: null });
    expect(errors.map(({ kind, instrument }) => `${kind} ${instrument}`)).toEqual([
      'wrong BA.XNYS',
      'missed PFE.XNYS',
    ]);
  });

  it('reads a zipped stream by its labels, hides cashtags, and compares with the tickers of the rows', async () => {
    const rows = await fileOf('stream.jsonl.gz', [
      { id: 'a', text: '$BA Boeing slips', tickers: ['BA', 'GE'], publishedAt: '2015-09-01T00:00:00Z' },
      { id: 'b', text: 'never read' },
    ]);
    const labels = await fileOf('labels.jsonl', [{ id: 'a', instruments: ['BA.XNYS'] }]);
    const report = await evaluate(readLinkingRows(rows, await readLinkLabels(labels)));
    expect(report).toMatchObject({ rows: 1, precision: 1, recall: 1 });
    expect(report.againstTickers).toMatchObject({ labels: 2, right: 1, recall: 0.5 });
    expect(maskCashtags('$BA up')).toBe('    up');
  });

  it('says what is wrong with a file', async () => {
    const bad = join(folder, 'bad.jsonl');
    await writeFile(bad, '{"text":1}\n');
    await expect(evaluate(readLinkingRows(bad))).rejects.toThrow('bad.jsonl:1: "text" must be a string');
    await expect(evaluate(readLinkingRows(join(folder, 'none.jsonl.gz')))).rejects.toThrow('cannot be read');
    await expect(readLinkLabels(bad)).rejects.toThrow('a label is');
  });
});
