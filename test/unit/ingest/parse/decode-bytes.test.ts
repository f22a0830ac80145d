import { describe, expect, it } from 'vitest';

import { decodeBytes } from '../../../../ingest/parse/decode-bytes.js';
import { createRowDecoder } from '../../../../ingest/sources/files/decode-row.js';
import { encodeText } from '../../../support/feeds/encode-text.js';

const CHINESE = '青禾股份发布公告，上半年的净利润同比下降';
const GBK = encodeText(CHINESE, 'gbk');

describe('decodeBytes', () => {
  it('gives null for bytes that do not fit, and the next ones as if nothing had been', () => {
    for (const label of ['utf-8', 'UTF8', 'gb18030', 'euc-jp', 'shift_jis']) {
      expect(decodeBytes(Buffer.from([0x61, 0xe9]), label, 'strict')).toBeNull();
      expect(decodeBytes(Buffer.from('ab'), label, 'strict')).toBe('ab');
    }
    expect(decodeBytes(Buffer.from([0xe4, 0xb8]), 'utf-8', 'loose')).toBe('\ufffd');
    expect(decodeBytes(Buffer.from('ad'), 'utf-8', 'loose')).toBe('ad');
    expect(decodeBytes(GBK, 'gbk', 'strict')).toBe(CHINESE);
  });

  it('reads windows-1252 as browsers do, and refuses labels that nobody knows', () => {
    expect(decodeBytes(Buffer.from([0x80, 0x93]), 'windows-1252', 'strict')).toBe('€“');
    for (const repeated of [1, 2]) {
      expect(() => decodeBytes(GBK, `klingon-${repeated}`, 'strict')).toThrow(RangeError);
    }
  });
});

describe('createRowDecoder', () => {
  it('takes each row as UTF-8, else in the encoding of the beginning, else in that of the row', () => {
    const begun = createRowDecoder(null, GBK);
    expect([begun(Buffer.from(CHINESE)), begun(GBK)]).toEqual([CHINESE, CHINESE]);
    const plain = createRowDecoder(null, Buffer.from('id,text'));
    expect([plain(Buffer.from('é')), plain(Buffer.from([0xe9]))]).toEqual(['é', 'é']);
  });
});
