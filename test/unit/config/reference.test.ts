import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadInstruments } from '../../../config/reference.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-reference-'));
});
afterAll(() => rm(folder, { recursive: true }));

const GOOD =
  '{"id":"ABC.XNYS","name":"Abc","sector":"banks","country":"US","listings":[{"ticker":"ABC","mic":"XNYS"}],"names":["Abc Bank"]}';

async function load(lines: readonly string[]): Promise<unknown> {
  const path = join(folder, 'list.jsonl');
  await writeFile(path, lines.join('\n'));
  return loadInstruments(path);
}

describe('the bundled list', () => {
  it('holds at least 3,000 companies of every wanted region, and knows whom it names as parent or peer', async () => {
    const instruments = await loadInstruments();
    const ids = new Set(instruments.map(({ id }) => id));
    const companies = instruments.filter(({ sector }) => sector !== 'funds');
    expect(companies.length).toBeGreaterThan(3_000);
    for (const [mics, least] of [
      [['XNYS', 'XNAS'], 1_000],
      [['XLON', 'XETR', 'XPAR', 'XSWX', 'XAMS'], 300],
      [['XSHG', 'XSHE'], 3_500],
      [['XHKG'], 150],
      [['XNSE'], 250],
    ] as const) {
      const listed = companies.filter((item) => item.listings.some(({ mic }) => mics.some((m) => m === mic)));
      expect(listed.length, mics.join()).toBeGreaterThanOrEqual(least);
    }
    for (const { id, parent, peers } of instruments) {
      expect([parent ?? id, ...peers].filter((other) => !ids.has(other))).toEqual([]);
      expect(peers).not.toContain(id);
    }
    const isins = instruments.flatMap(({ isin }) => isin ?? []);
    expect(new Set(isins).size).toBe(isins.length);
    const ciks = instruments.flatMap(({ cik }) => cik ?? []);
    expect(new Set(ciks).size).toBe(ciks.length);
    expect(ciks.length).toBeGreaterThan(1_200);
  });

  it('holds at least 600 companies, each listed under its id or under a dated ticker, with a name', async () => {
    const instruments = await loadInstruments();
    expect(instruments.length).toBeGreaterThan(600);
    expect(new Set(instruments.map((instrument) => instrument.id)).size).toBe(instruments.length);
    for (const instrument of instruments) {
      const own = instrument.listings.some(({ ticker, mic }) => `${ticker}.${mic}` === instrument.id);
      expect(own || instrument.id === 'WAMU.XNYS', instrument.id).toBe(true);
    }
  });

  it('gives no ticker of an exchange to two instruments at one time', async () => {
    const taken = new Map<string, { id: string; from: string; to: string }[]>();
    for (const instrument of await loadInstruments()) {
      for (const { ticker, mic, from, to } of instrument.listings) {
        const key = `${ticker}.${mic}`;
        const range = { id: instrument.id, from: from ?? '0000', to: to ?? '9999' };
        for (const other of taken.get(key) ?? []) {
          expect(other.id === range.id || other.to <= range.from || range.to <= other.from, key).toBe(true);
        }
        taken.set(key, [...(taken.get(key) ?? []), range]);
      }
    }
  });
});

describe('loadInstruments', () => {
  it('fills in what may be left out', async () => {
    expect(await load([GOOD, ''])).toMatchObject([
      { nameZh: null, names: [{ text: 'Abc Bank', from: null, to: null, ambiguous: false }] },
    ]);
  });

  it('takes the number of the SEC with or without zeros before it', async () => {
    const withCik = (cik: string) => GOOD.replace('"country"', `"cik":"${cik}","country"`);
    expect(await load([withCik('0000009876')])).toMatchObject([{ cik: '9876' }]);
    await expect(load([withCik('12345678901')])).rejects.toThrow(':1: cik: must be a number of the SEC');
    await expect(load([withCik('000')])).rejects.toThrow(':1: cik: must be a number of the SEC');
  });

  it.each([
    ['{', ':1: not JSON'],
    [GOOD.replace('banks', 'bank'), ':1: sector'],
    [GOOD.replace('"mic":"XNYS"', '"mic":"NYSE2"'), ':1: listings.0.mic'],
    [GOOD.replace('"country"', '"land":1,"country"'), 'land'],
    [GOOD.replace('"mic":"XNYS"', '"mic":"XNYS","from":"2020-02-31x"'), ':1: listings.0.from'],
  ])('says where %s is wrong', async (line, message) => {
    await expect(load([line])).rejects.toThrow(message);
  });

  it('shows an id that repeats, an empty list and a file that is not there', async () => {
    await expect(load([GOOD, GOOD])).rejects.toThrow(':2: id: ABC.XNYS is already on line 1');
    await expect(load([''])).rejects.toThrow('the list is empty');
    await expect(loadInstruments(join(folder, 'none.jsonl'))).rejects.toThrow(
      'Cannot read the instrument list',
    );
  });
});
