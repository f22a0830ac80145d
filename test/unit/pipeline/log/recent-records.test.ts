import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { StoredChange } from '../../../../pipeline/log/lmdb-environment.js';
import { RecentRecords } from '../../../../pipeline/log/recent-records.js';

const put = (offset: number, value: Buffer | null, topic = 't'): StoredChange => ({
  kind: 'record',
  key: [topic, 0, offset],
  value,
});

test('what it holds is always what was stored last, and never more than its bytes and one record', () => {
  const action = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('append' as const), size: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace' as const), size: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('trim' as const), size: fc.nat(3) }) },
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), fc.nat(100), (actions, first) => {
      const recent = new RecentRecords(100);
      const stored = new Map<number, Buffer>();
      let [oldest, end] = [first, first];
      for (const { kind, size } of actions) {
        if (kind === 'append') {
          stored.set(end, Buffer.alloc(size, end));
          recent.note([put(end, stored.get(end) ?? null)]);
          end += 1;
        } else if (kind === 'replace' && end > oldest) {
          const offset = oldest + (size % (end - oldest));
          stored.set(offset, Buffer.alloc(size, 255));
          recent.note([put(offset, stored.get(offset) ?? null)]);
        } else
          for (let n = 0; n < size && oldest < end; n += 1, oldest += 1) {
            stored.delete(oldest);
            recent.note([put(oldest, null)]);
          }
        let held = 0;
        for (let offset = 0; offset < end + 2; offset += 1) {
          const found = recent.get('t', offset);
          if (found !== null) expect(found).toBe(stored.get(offset));
          held += found?.length ?? 0;
        }
        expect(held).toBeLessThanOrEqual(140);
      }
    }),
  );
});

test('a reader that keeps up finds everything, however long it goes on', () => {
  const recent = new RecentRecords(1_000);
  for (let offset = 0; offset < 20_000; offset += 1) {
    recent.note([put(offset, Buffer.from(String(offset)))]);
    expect(recent.get('t', offset)?.toString()).toBe(String(offset));
  }
  expect(recent.get('t', 0)).toBeNull();
  expect(recent.get('t', 19_900)?.toString()).toBe('19900');
  expect(recent.get('other', 19_900)).toBeNull();
});
