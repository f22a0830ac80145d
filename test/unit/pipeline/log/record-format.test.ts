import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeRecord, encodeRecord, storedSize } from '../../../../pipeline/log/record-format.js';

const anyRecord = fc.record({
  key: fc.string({ unit: 'grapheme' }),
  value: fc.uint8Array({ maxLength: 300 }),
});

it('brings back key, bytes and append time, and says its size beforehand', () => {
  fc.assert(
    fc.property(anyRecord, fc.nat(), (record, appendedAtMs) => {
      const bytes = encodeRecord(record, appendedAtMs);
      expect(bytes).toHaveLength(storedSize(record));
      const back = decodeRecord(bytes);
      expect({ key: back?.key, value: [...(back?.value ?? [])], at: back?.appendedAtMs }).toEqual({
        key: record.key,
        value: [...record.value],
        at: appendedAtMs,
      });
    }),
  );
});

it('notices every changed byte and every cut', () => {
  fc.assert(
    fc.property(anyRecord, fc.nat(), fc.integer({ min: 1, max: 255 }), (record, place, flip) => {
      const bytes = encodeRecord(record, 1_700_000_000_000);
      const at = place % bytes.length;
      expect(decodeRecord(bytes.subarray(0, at))).toBeNull();
      bytes[at] = (bytes[at] ?? 0) ^ flip;
      expect(decodeRecord(bytes)).toBeNull();
    }),
  );
});
