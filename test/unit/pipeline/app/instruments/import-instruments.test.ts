import { describe, expect, it } from 'vitest';
import type { Instrument } from '../../../../../pipeline/core/instrument.js';
import { toDeskRow } from '../../../../../pipeline/app/instruments/desk-row.js';
import {
  collectInstruments,
  importInstruments,
} from '../../../../../pipeline/app/instruments/import-instruments.js';
import { judgeName } from '../../../../../pipeline/app/instruments/judge-name.js';
import { nameKey } from '../../../../../pipeline/app/instruments/name-index.js';
import { parseCsv } from '../../../../../pipeline/app/instruments/parse-csv.js';
import { writeInstrument } from '../../../../../pipeline/app/instruments/write-instrument.js';

const ACME: Instrument = {
  id: 'ACM.XNYS',
  name: 'Acme',
  nameZh: '艾克米',
  sector: 'industrials',
  country: 'US',
  listings: [
    { ticker: 'ACM', mic: 'XNYS', from: null, to: null },
    { ticker: '0777', mic: 'XHKG', from: null, to: null },
  ],
  names: [
    { text: 'Acme', from: null, to: null, ambiguous: true },
    { text: 'Acme Tools', from: null, to: '2010-01-01', ambiguous: true },
  ],
  isin: 'US0378331005',
  cik: '9000001',
  parent: null,
  peers: [],
};
const AT = Date.parse('2026-01-01');

function importRows(rows: readonly Record<string, unknown>[]) {
  return importInstruments(
    rows.map((row, index) => toDeskRow(row, index + 1)),
    [ACME],
    AT,
  );
}

describe('a row of a desk', () => {
  it.each<[string, Record<string, unknown>]>([
    ['by ISIN', { isin: 'us0378331005', name: 'Whatever' }],
    ['by ticker and exchange', { ticker: 'ACM', exchange: 'NYSE', name: 'Whatever' }],
    ['by the code of another listing', { 代码: '00777.HK', 交易所: 'HKEX', 简称: '某某' }],
    ['by its number at the SEC', { CIK: '0009000001', name: 'Whatever' }],
    ['by name alone', { name: 'ACME Inc.' }],
    ['by Chinese name', { 简称: '艾克米' }],
  ])('is matched %s', (_, row) => {
    expect(importRows([row])[0]).toMatchObject({ outcome: 'matched', instrument: { id: 'ACM.XNYS' } });
  });

  it('adds names to a match, keeps dates, and trusts the desk on longer names only', () => {
    const [row] = importRows([
      { ticker: 'ACM', mic: 'XNYS', name: 'Acme', aliases: 'Acme Tools; Acme Works' },
    ]);
    expect(row?.instrument?.names).toEqual([
      { text: 'Acme', from: null, to: null, ambiguous: true },
      { text: 'Acme Tools', from: null, to: '2010-01-01', ambiguous: false },
      { text: 'Acme Works', from: null, to: null, ambiguous: false },
    ]);
  });

  it('is added when ticker and exchange say where it is listed', () => {
    const [row] = importRows([
      { symbol: 'ZORB', exchange: 'NSE', company: 'Zorbatech Ltd.', sector: 'banks' },
    ]);
    expect(row).toMatchObject({
      outcome: 'added',
      instrument: { id: 'ZORB.XNSE', country: 'IN', sector: 'banks', names: [{ text: 'Zorbatech' }, {}] },
    });
  });

  it('brings its number at the SEC along, and does not change one that is known', () => {
    const rows = importRows([
      { symbol: 'ZORB', exchange: 'NYSE', company: 'Zorbatech Ltd.', cik: 9000002 },
      { ticker: 'ACM', exchange: 'NYSE', name: 'Acme', cik: '9000003' },
    ]);
    expect(rows.map(({ instrument }) => instrument?.cik)).toEqual(['9000002', '9000001']);
    expect(rows[1]?.remarks).toEqual(['CIK 9000003 is not that of ACM.XNYS (9000001), which stays']);
  });

  it('is shown with suggestions when it is neither', () => {
    expect(importRows([{ name: 'Acmee Tool' }])[0]).toMatchObject({
      outcome: 'unmatched',
      instrument: null,
      suggestions: ['ACM.XNYS'],
    });
  });

  it('is refused when it names no company', () => {
    expect(importRows([{ ticker: 'STEEL', exchange: 'NSE', name: 'Steel companies' }])[0]?.outcome).toBe(
      'refused',
    );
  });

  it('says what it could not read', () => {
    const row = toDeskRow(
      { ticker: 'A B', exchange: 'Mars Exchange', isin: 'US0378331006', cik: '12-34' },
      1,
    );
    expect(row).toMatchObject({ ticker: null, mic: null, isin: null, cik: null });
    expect(row.remarks).toHaveLength(4);
  });
});

it('rows of one company become one line, which the loader can read again', () => {
  const rows = importRows([
    { ticker: 'ACM', mic: 'XNYS', aliases: ['Acme Works'] },
    { isin: 'US0378331005', aliases: ['Acme Wheels'] },
  ]);
  const [only, ...rest] = collectInstruments(rows);
  expect(rest).toEqual([]);
  expect(only === undefined ? null : JSON.parse(writeInstrument(only))).toMatchObject({
    id: 'ACM.XNYS',
    isin: 'US0378331005',
    listings: [
      { ticker: 'ACM', mic: 'XNYS' },
      { ticker: '0777', mic: 'XHKG' },
    ],
    names: [
      { text: 'Acme', ambiguous: true },
      { text: 'Acme Tools', to: '2010-01-01', ambiguous: true },
      'Acme Works',
      'Acme Wheels',
    ],
  });
});

describe('judgeName', () => {
  it.each([
    ['Infosys Ltd.', [false, false]],
    ['Titan', [true]],
    ['Orbit Corporation', [true, false]],
    ['IndiGo', [false]],
    ['平安', [true]],
    ['贵州茅台', [false]],
    ['pharma stocks', []],
    ['Nickel', []],
  ])('%s', (name, ambiguous) => {
    expect(judgeName(name).forms.map((form) => form.ambiguous)).toEqual(ambiguous);
  });
});

describe('nameKey', () => {
  it.each([
    ['Infosys Ltd.', 'infosys'],
    ['Nestlé S.A', 'nestle'],
    ['万科企业股份有限公司', '万科企业'],
    ['*Prime Focus (India) Limited', 'prime focus'],
    ['Co', 'co'],
  ])('of %s is %s', (name, key) => {
    expect(nameKey(name)).toBe(key);
  });
});

describe('parseCsv', () => {
  it('reads quotes, line ends inside them, semicolons and a mark at the start', () => {
    expect(parseCsv('\uFEFFticker;name\r\nA;"Say ""hi"";\nthere"\r\n\r\nB;')).toEqual([
      { ticker: 'A', name: 'Say "hi";\nthere' },
      { ticker: 'B', name: '' },
    ]);
  });

  it('takes an empty text and a lone quote', () => {
    expect(parseCsv('')).toEqual([]);
    expect(parseCsv('a\n"b')).toEqual([{ a: 'b' }]);
  });
});
