import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createLiveHub, type LiveFrame } from '../../../../dashboards/api/live-hub.js';
import { makeDocument, NOW, toLive } from '../../../support/dashboards.js';

const live = toLive(
  makeDocument({ key: 'x', title: 'X', text: '', instrument: 'HBRV.XDEM', negative: 0.9, publishedAt: NOW }),
);
const one = { type: 'documents', documents: [live] } as const;

describe('the live hub', () => {
  test('whoever resumes after any id it has seen gets exactly what came later, or is told of a gap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 60 }),
        fc.nat(60),
        (size, count, seen) => {
          const hub = createLiveHub({ startedAt: 1_000, maxEvents: size });
          const first = hub.lastId();
          for (let sent = 0; sent < count; sent += 1) hub.publish(one);
          const missed = hub.framesAfter(first + seen);
          const wanted = Array.from(
            { length: Math.max(0, count - seen) },
            (_value, index) => first + seen + index + 1,
          );
          if (seen > count || wanted.length > size) expect(missed).toBeNull();
          else expect(missed?.map((frame) => frame.id)).toEqual(wanted);
        },
      ),
    );
  });

  test('large events push old ones out before the memory is full', () => {
    const hub = createLiveHub({ startedAt: 0, maxBytes: 500 });
    const title = 'x'.repeat(200);
    const mail = { id: 'm', subject: title, to: [], date: '', alertId: null };
    for (let sent = 0; sent < 5; sent += 1) hub.publish({ type: 'mail', mail });
    expect(hub.framesAfter(0)).toBeNull();
    expect(hub.framesAfter(hub.lastId() - 1)).toHaveLength(1);
  });

  test('a later run starts above every id of the one before', () => {
    const before = createLiveHub({ startedAt: 1_000 });
    for (let sent = 0; sent < 900; sent += 1) before.publish(one);
    const after = createLiveHub({ startedAt: 1_001 });
    expect(after.lastId()).toBeGreaterThan(before.lastId());
    expect(after.framesAfter(before.lastId())).toBeNull();
  });

  test('a subscriber hears what is published until it leaves', () => {
    const hub = createLiveHub({ startedAt: 0 });
    const heard: LiveFrame[] = [];
    const leave = hub.subscribe((frame) => heard.push(frame));
    hub.publish(one);
    leave();
    hub.publish(one);
    expect(heard).toHaveLength(1);
    expect(heard[0]?.frame).toBe(
      `id: 1\nevent: documents\ndata: ${JSON.stringify({ documents: [live], count: 1 })}\n\n`,
    );
  });

  test('of a large batch the last 40 go out with the count of all, and an empty one makes no event', () => {
    const hub = createLiveHub({ startedAt: 0 });
    hub.publish({ type: 'documents', documents: [] });
    expect(hub.lastId()).toBe(0);
    const documents = Array.from({ length: 100 }, (_value, index) => ({ ...live, id: String(index) }));
    hub.publish({ type: 'documents', documents });
    const frame = hub.framesAfter(0)?.[0]?.frame ?? '';
    expect(frame).toContain('"count":100');
    expect(frame.match(/"id":"\d+"/g)).toHaveLength(40);
    expect(frame).toContain('"id":"99"');
  });

  test('a title with line feeds stays on one data line', () => {
    const hub = createLiveHub({ startedAt: 0 });
    const mail = { id: 'm', subject: 'a\n\nevent: forged\r\ndata: x', to: [], date: '', alertId: null };
    hub.publish({ type: 'mail', mail });
    const frame = hub.framesAfter(0)?.[0]?.frame ?? '';
    expect(frame.trimEnd().split('\n')).toHaveLength(3);
  });
});
