import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  dropDeadLettersOperation,
  listDeadLettersOperation,
  retryDeadLettersOperation,
  showDeadLetterOperation,
} from '../../pipeline/app/operations/dead-letters.js';
import { askOperation } from '../../pipeline/app/control-client.js';
import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import { retryLetters } from '../../pipeline/app/dead-letters.js';
import type { RunningService } from '../../pipeline/app/running-service.js';
import { systemClock } from '../../pipeline/core/clock.js';
import type { RawDocument } from '../../pipeline/core/document.js';
import { RAW_TOPIC, SCORED_TOPIC } from '../../pipeline/core/log.js';
import { encodeRawDocument } from '../../pipeline/log/codec.js';
import { rawDocument } from '../support/documents.js';
import { never, openService } from '../support/in-process.js';
import { temporaryFolder } from '../support/service.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: RunningService;
beforeEach(async () => {
  folder = await temporaryFolder();
  service = await openService(folder.path);
});
afterEach(async () => {
  await service.stop();
  await folder.remove();
});

const bytes = (text: string) => Buffer.from(text, 'utf8');
const append = (values: readonly Uint8Array[]) =>
  service.parts.log.append(
    RAW_TOPIC,
    values.map((value, index) => ({ key: `k${index}`, value })),
  );
const reconciled = async () => {
  const { rollUpDifferences, difference, ...counts } = await service.operate(reconcileOperation, {}, never);
  expect({ rollUpDifferences, difference }).toEqual({ rollUpDifferences: 0, difference: 0 });
  return counts;
};
const list = async () => {
  await service.operate(reconcileOperation, {}, never);
  const request = { state: null, reason: null, source: null, limit: 100 };
  return service.operate(listDeadLettersOperation, request, never);
};
const retry = (ids: readonly string[], edit: string | null = null) =>
  service.operate(
    retryDeadLettersOperation,
    { choice: { ids }, editBase64: edit === null ? null : bytes(edit).toString('base64') },
    never,
  );
/** Good JSON that a newer release could have written. */
const newer = `{"v":99,"source":{"id":"wire-7"},"id":"x"}`;
/** The engine knows no time behind 2099, so it is the store that refuses it. */
const unstorable = (): RawDocument => rawDocument({ publishedAt: '2150-01-01T00:00:00.000Z' });
const corrected = JSON.stringify({
  source: { id: 'wire-7', kind: 'news', name: 'Wire Seven' },
  nativeId: 'a1',
  title: '平安银行 profit rises',
  publishedAt: '2026-03-02T09:00:00Z',
});

describe('dead letters', () => {
  it('keep original, reason, place and source, and batch mates are stored', async () => {
    await append([
      encodeRawDocument(rawDocument()),
      bytes(newer),
      new Uint8Array([0xff, 0xfe, 0x00]),
      encodeRawDocument(unstorable()),
      encodeRawDocument(rawDocument({ nativeId: 'n2', text: 'Another text.' })),
    ]);
    const letters = await list();
    expect(
      letters.map(({ raw, reason, sourceId, state, attempts }) => [
        raw.offset,
        reason,
        sourceId,
        state,
        attempts,
      ]),
    ).toEqual([
      [1, 'invalid', 'wire-7', 'waiting', 1],
      [2, 'undecodable', null, 'waiting', 1],
      [3, 'unstorable', 'wire', 'waiting', 1],
    ]);
    const shown = await service.operate(showDeadLetterOperation, { id: '0:1' }, never);
    expect(Buffer.from(shown.originalBase64, 'base64').toString()).toBe(newer);
    expect(await reconciled()).toMatchObject({ accepted: 5, stored: 2, deadLettered: 3 });
  });

  it('come of what stands in documents.scored and cannot be read, and the rest of the topic is stored', async () => {
    const [place] = await append([encodeRawDocument(rawDocument())]);
    await reconciled();
    const broken = { v: 1, kind: 'scored', raw: { partition: 0, offset: 1_000_000 }, scored: {} };
    const settled = { ...broken, raw: place };
    const values = [
      bytes('hello'),
      bytes('{}'),
      bytes(JSON.stringify(broken)),
      bytes(JSON.stringify(settled)),
    ];
    await service.parts.log.append(
      SCORED_TOPIC,
      values.map((value) => ({ key: 'console', value })),
    );
    await append([encodeRawDocument(rawDocument({ nativeId: 'n2', text: 'Another text.' }))]);
    // The broken one names a place that nobody has accepted, so the books leave it out.
    expect(await reconciled()).toMatchObject({ accepted: 2, stored: 2, deadLettered: 0 });
    expect((await list()).map(({ raw }) => raw.offset)).toEqual([1_000_000]);
    const text = await (await fetch(`${String(service.addresses.metrics)}/metrics`)).text();
    expect(text).toContain('bellwether_passed_over_messages_total 2');
  });

  it('are found by state, reason and source', async () => {
    await append([bytes(newer), bytes('no json')]);
    await list();
    const ask = async (filter: {
      reason?: 'invalid' | 'undecodable';
      source?: string;
      state?: 'dropped';
    }) => {
      const request = { state: null, reason: null, source: null, limit: 100, ...filter };
      const letters = await service.operate(listDeadLettersOperation, request, never);
      return letters.map(({ raw }) => raw.offset);
    };
    expect(await ask({ reason: 'invalid' })).toEqual([0]);
    expect(await ask({ reason: 'undecodable' })).toEqual([1]);
    expect(await ask({ source: 'wire-7' })).toEqual([0]);
    expect(await ask({ state: 'dropped' })).toEqual([]);
  });

  it('go in again with a corrected file; a second retry does nothing, and the books balance', async () => {
    await append([bytes(newer)]);
    await list();
    const result = await retry(['0:0'], corrected);
    expect(result).toMatchObject({ failed: [], retried: [{ id: '0:0', wentTo: '0:1' }] });
    expect(await list()).toMatchObject([{ state: 'retried', attempts: 2, wentTo: '0:1' }]);
    expect((await retry(['0:0'], corrected)).failed).toEqual([
      { id: '0:0', message: 'It was retried already and went to documents.raw 0:1.' },
    ]);
    expect(await reconciled()).toMatchObject({ accepted: 2, stored: 1, deadLettered: 1 });
  });

  it('go in again with a corrected file of the longest text there may be, written in escapes, over the socket', async () => {
    await append([bytes(newer)]);
    await list();
    const escaped = '\\u5e73'.repeat(200_000);
    const edit = bytes(corrected.replace('"title"', `"text":"${escaped}","title"`)).toString('base64');
    const request = { choice: { ids: ['0:0'] }, editBase64: edit };
    const { socket } = service.parts.folder;
    const result = await askOperation(socket, retryDeadLettersOperation, request, never);
    expect(result).toMatchObject({ failed: [], retried: [{ id: '0:0', wentTo: '0:1' }] });
  });

  it('that cannot be read stay, with one attempt more and the newest reason', async () => {
    await append([bytes('no json')]);
    await list();
    const result = await retry(['0:0', '0:77']);
    expect(result.retried).toEqual([]);
    expect(result.failed.map(({ id }) => id)).toEqual(['0:0', '0:77']);
    const [letter] = await list();
    expect(letter).toMatchObject({ state: 'waiting', attempts: 2 });
    expect(letter?.detail).toMatch(/^Attempt 2: This is not valid JSON/);
    expect(await reconciled()).toMatchObject({ accepted: 1, deadLettered: 1 });
  });

  it('that fail again behind the edge become a new letter that counts the attempts before', async () => {
    await append([encodeRawDocument(unstorable())]);
    await list();
    await retry(['0:0']);
    const letters = await list();
    expect(letters.map(({ raw, state, attempts }) => [raw.offset, state, attempts])).toEqual([
      [0, 'retried', 2],
      [1, 'waiting', 2],
    ]);
    expect(await reconciled()).toMatchObject({ accepted: 2, stored: 0, deadLettered: 2 });
  });

  it('are not lost or sent twice by a crash between the append and the mark', async () => {
    await append([bytes(newer)]);
    await list();
    const store = service.parts.store?.deadLetters;
    if (store === undefined) throw new Error('no store');
    const appended: RawDocument[] = [];
    const cursors = new Map<string, string>();
    const deps = (mark: typeof store.mark) => ({
      store: { ...store, mark },
      log: { readCursor: (name: string) => Promise.resolve(cursors.get(name) ?? null) },
      clock: systemClock,
      reenter: (document: RawDocument, cursor: { name: string; value: string }) => {
        appended.push(document);
        cursors.set(cursor.name, cursor.value);
        return Promise.resolve({ partition: 0, offset: 9 });
      },
      parse: { virtualClock: false },
    });
    const crash = deps(() => Promise.reject(new Error('killed')));
    const choice = { ids: ['0:0'] };
    await expect(retryLetters(choice, bytes(corrected), crash, never)).rejects.toThrow('killed');
    expect(await list()).toMatchObject([{ state: 'waiting', attempts: 1 }]);
    const again = await retryLetters(
      choice,
      bytes(corrected),
      deps((mark) => store.mark(mark)),
      never,
    );
    expect(again.retried).toMatchObject([{ id: '0:0', wentTo: null }]);
    expect(appended).toHaveLength(1);
    expect(await list()).toMatchObject([{ state: 'retried', attempts: 2 }]);
  });

  it('are dropped for good: originals gone, counted as dropped, also when it is said twice or a restart comes', async () => {
    await append([bytes(newer), bytes('no json')]);
    await list();
    const drop = () =>
      service.operate(
        dropDeadLettersOperation,
        { choice: { all: true as const, reason: 'undecodable' as const } },
        never,
      );
    expect(await drop()).toEqual({ dropped: ['0:1'], failed: [] });
    expect(await drop()).toEqual({ dropped: [], failed: [] });
    expect(await list()).toMatchObject([
      { state: 'waiting', bytes: newer.length },
      { state: 'dropped', bytes: 0 },
    ]);
    expect((await retry(['0:1'])).failed).toEqual([
      { id: '0:1', message: 'It was dropped; its original is gone.' },
    ]);
    expect(await reconciled()).toMatchObject({ accepted: 2, deadLettered: 1, dropped: 1 });
    await service.stop();
    service = await openService(folder.path);
    expect(await list()).toMatchObject([{ state: 'waiting' }, { state: 'dropped', bytes: 0 }]);
    expect(await reconciled()).toMatchObject({ accepted: 2, deadLettered: 1, dropped: 1 });
  });
});
