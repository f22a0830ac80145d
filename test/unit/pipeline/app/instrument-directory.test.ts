import { beforeAll, describe, expect, it } from 'vitest';
import { loadInstruments } from '../../../../config/reference.js';
import type { InstrumentDirectory } from '../../../../dashboards/api/ports.js';
import { createInstrumentDirectory } from '../../../../pipeline/app/instrument-directory.js';
import { createLinker } from '../../../../pipeline/operators/link-instruments.js';

let directory: InstrumentDirectory;
beforeAll(async () => {
  directory = createInstrumentDirectory(createLinker(await loadInstruments()));
});

describe('a ticker', () => {
  it('is that of the company that has it', () => {
    expect(directory.resolve('BA', Date.UTC(2015, 7, 24))).toEqual({ kind: 'known', id: 'BA.XNYS' });
  });

  it('still names the only company that ever had it after that is gone', () => {
    const lehman = { kind: 'known', id: 'LEH.XNYS' };
    expect(directory.resolve('LEH', Date.UTC(2008, 8, 15))).toEqual(lehman);
    expect(directory.resolve('leh', Date.UTC(2008, 9, 16))).toEqual(lehman);
  });

  it('that nobody ever had is unknown', () => {
    expect(directory.resolve('NOSUCH', Date.UTC(2008, 9, 16))).toEqual({ kind: 'unknown', suggestions: [] });
  });
});
