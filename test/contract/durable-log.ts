import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  MAX_RECORD_BYTES,
  type DurableLog,
  type LogMessage,
  type LogReader,
  type LogRecord,
} from '../../pipeline/core/log.js';

const NOW = { maxMessages: 1_000, maxBytes: 1e9, waitMs: 0 };
const PATIENT = { ...NOW, waitMs: 20_000 };

export interface LogUnderTest {
  readonly log: DurableLog;
  /** Closes the log and opens the same one again. */
  reopen(): Promise<DurableLog>;
  /** Closes the log and removes what it stored. */
  dispose(): Promise<void>;
}

export function record(key: string, text: string): LogRecord {
  return { key, value: Buffer.from(text) };
}

export function texts(messages: readonly LogMessage[]): string[] {
  return messages.map((message) => Buffer.from(message.value).toString('utf8'));
}

function numbered(from: number, count: number): LogRecord[] {
  return Array.from({ length: count }, (_, index) =>
    record(`key-${(from + index) % 7}`, `text ${from + index}`),
  );
}

async function pullAtLeast(reader: LogReader, count: number): Promise<LogMessage[]> {
  const all: LogMessage[] = [];
  while (all.length < count) {
    const messages = await reader.pull(PATIENT);
    if (messages.length === 0) throw new Error(`Only ${all.length} of ${count} messages came.`);
    all.push(...messages);
  }
  return all;
}

const total = (positions: readonly { offset: number }[]) =>
  positions.reduce((sum, { offset }) => sum + offset, 0);

/** What every adapter of the durable log owes its callers; a topic may have one partition or several. */
export function describeDurableLog(name: string, create: () => Promise<LogUnderTest>): void {
  describe(`${name} as durable log`, () => {
    let under: LogUnderTest;
    let log: DurableLog;
    beforeEach(async () => {
      under = await create();
      log = under.log;
    });
    afterEach(() => under.dispose());

    describe('appending', () => {
      it('refuses a record that is too large, and goes on', async () => {
        const large = { key: 'large', value: new Uint8Array(MAX_RECORD_BYTES + 1) };
        await expect(log.append('sizes', [large])).rejects.toMatchObject({ code: 'message_too_large' });
        await log.append('sizes', numbered(0, 1));
        const reader = await log.openReader('sizes', 'group');
        expect(texts(await pullAtLeast(reader, 1))).toEqual(['text 0']);
      });

      it('gives dense offsets from 0 in each partition', async () => {
        const positions = [
          ...(await log.append('numbers', numbered(0, 40))),
          ...(await log.append('numbers', numbered(40, 1))),
          ...(await log.append('numbers', numbered(41, 59))),
        ];
        const partitions = new Map<number, number[]>();
        for (const { partition, offset } of positions) {
          partitions.set(partition, [...(partitions.get(partition) ?? []), offset]);
        }
        for (const offsets of partitions.values()) {
          expect(offsets.sort((a, b) => a - b)).toEqual(offsets.map((_, index) => index));
        }
        expect(total(await log.endPositions('numbers'))).toBe(100);
      });

      it('keeps the order of records with one key, also when appends overlap', async () => {
        const sent = Array.from({ length: 60 }, (_, index) => `text ${index}`);
        await Promise.all(sent.map((text) => log.append('numbers', [record('same', text)])));
        const reader = await log.openReader('numbers', 'group');
        expect(texts(await pullAtLeast(reader, 60))).toEqual(sent);
      });

      it('gives back keys and bytes exactly as they were', async () => {
        const value = Uint8Array.from({ length: 256 }, (_, index) => index);
        await log.append('bytes', [
          { key: '新闻 "key"', value },
          { key: '', value: new Uint8Array(0) },
        ]);
        const reader = await log.openReader('bytes', 'group');
        const messages = await pullAtLeast(reader, 2);
        const byKey = new Map(messages.map((message) => [message.key, [...message.value]]));
        expect(byKey.get('新闻 "key"')).toEqual([...value]);
        expect(byKey.get('')).toEqual([]);
      });

      it('does nothing for an empty append', async () => {
        expect(await log.append('nothing', [])).toEqual([]);
        expect(total(await log.endPositions('nothing'))).toBe(0);
      });

      it('keeps topics apart', async () => {
        await log.append('one', [record('a', 'in one')]);
        await log.append('one-more', [record('a', 'in one-more')]);
        const reader = await log.openReader('one', 'group');
        expect(texts(await pullAtLeast(reader, 1))).toEqual(['in one']);
        expect(await reader.pull(NOW)).toEqual([]);
      });

      it('survives being closed and opened again', async () => {
        await log.append('numbers', numbered(0, 25));
        log = await under.reopen();
        await log.append('numbers', numbered(25, 25));
        expect(total(await log.endPositions('numbers'))).toBe(50);
        const reader = await log.openReader('numbers', 'group');
        const read = texts(await pullAtLeast(reader, 50));
        expect(new Set(read)).toEqual(
          new Set(numbered(0, 50).map(({ value }) => Buffer.from(value).toString())),
        );
      });
    });

    describe('cursors', () => {
      it('are null before they are stored, and move with an append', async () => {
        expect(await log.readCursor('feed')).toBeNull();
        await log.append('numbers', numbered(0, 1), { cursors: [{ name: 'feed', value: 'etag "1" 中文' }] });
        expect(await log.readCursor('feed')).toBe('etag "1" 中文');
        log = await under.reopen();
        expect(await log.readCursor('feed')).toBe('etag "1" 中文');
        expect(total(await log.endPositions('numbers'))).toBe(1);
      });

      it('move without records when a source had nothing new', async () => {
        await log.append('numbers', [], { cursors: [{ name: 'feed', value: 'seen' }] });
        expect(await log.readCursor('feed')).toBe('seen');
        expect(total(await log.endPositions('numbers'))).toBe(0);
      });
    });

    describe('reading', () => {
      it('goes on at the committed offset and repeats what was not committed', async () => {
        await log.append(
          'numbers',
          Array.from({ length: 10 }, (_, index) => record('same', `text ${index}`)),
        );
        const reader = await log.openReader('numbers', 'group');
        const [first] = await pullAtLeast(reader, 10);
        await reader.commit([{ partition: first?.partition ?? 0, offset: 4 }]);
        await reader.close();

        log = await under.reopen();
        expect(total(await log.committedPositions('numbers', 'group'))).toBe(4);
        const again = await pullAtLeast(await log.openReader('numbers', 'group'), 6);
        expect(again.map(({ offset }) => offset)).toEqual([4, 5, 6, 7, 8, 9]);
      });

      it('ignores a commit that goes back', async () => {
        await log.append('numbers', numbered(0, 5));
        const reader = await log.openReader('numbers', 'group');
        await pullAtLeast(reader, 5);
        const end = await log.endPositions('numbers');
        await reader.commit(end);
        await reader.commit(end.map(({ partition }) => ({ partition, offset: 0 })));
        expect(total(await log.committedPositions('numbers', 'group'))).toBe(5);
      });

      it('serves groups independently', async () => {
        await log.append('numbers', numbered(0, 6));
        const one = await log.openReader('numbers', 'one');
        await pullAtLeast(one, 6);
        await one.commit(await log.endPositions('numbers'));
        const two = await log.openReader('numbers', 'two');
        expect(await pullAtLeast(two, 6)).toHaveLength(6);
        expect(total(await log.committedPositions('numbers', 'two'))).toBe(0);
      });

      it('says where an unknown group would start', async () => {
        await log.append('numbers', numbered(0, 3));
        expect(total(await log.committedPositions('numbers', 'nobody'))).toBe(0);
      });

      it('wakes a waiting reader when something is appended', async () => {
        const reader = await log.openReader('numbers', 'group');
        const pending = reader.pull(PATIENT);
        await log.append('numbers', [record('a', 'good morning')]);
        expect(texts(await pending)).toEqual(['good morning']);
      });

      it('wakes only the reader whose topic has grown', async () => {
        const news = await log.openReader('news', 'group');
        const posts = await log.openReader('posts', 'group');
        const fromNews = news.pull(PATIENT);
        const fromPosts = posts.pull(PATIENT);
        await log.append('posts', [record('a', 'a post')]);
        expect(texts(await fromPosts)).toEqual(['a post']);
        await log.append('news', [record('a', 'an article')]);
        expect(texts(await fromNews)).toEqual(['an article']);
      });

      it('answers with nothing when the wait is over', async () => {
        const reader = await log.openReader('numbers', 'group');
        expect(await reader.pull({ ...NOW, waitMs: 20 })).toEqual([]);
      });

      it('ends a wait when the reader is closed', async () => {
        const reader = await log.openReader('numbers', 'group');
        const pending = reader.pull(PATIENT);
        await reader.close();
        expect(await pending).toEqual([]);
      });

      it('gives no more messages than asked for, and all of them in the end', async () => {
        await log.append('numbers', numbered(0, 1_000));
        const reader = await log.openReader('numbers', 'group');
        let seen = 0;
        while (seen < 1_000) {
          const messages = await reader.pull({ ...PATIENT, maxMessages: 33 });
          expect(messages.length).toBeLessThanOrEqual(33);
          seen += messages.length;
        }
        expect(seen).toBe(1_000);
      });

      it('gives no more bytes than asked for, but always one message', async () => {
        const kilobyte = 'x'.repeat(1_000);
        await log.append(
          'sizes',
          Array.from({ length: 10 }, () => record('same', kilobyte)),
        );
        const reader = await log.openReader('sizes', 'group');
        let seen = 0;
        while (seen < 9) {
          const messages = await reader.pull({ ...PATIENT, maxBytes: 3_000 });
          expect(messages.length).toBeLessThanOrEqual(3);
          seen += messages.length;
        }
        expect(await reader.pull({ ...PATIENT, maxBytes: 10 })).toHaveLength(10 - seen);
      });

      it('carries a message of 900 kB between small ones', async () => {
        const large = Buffer.alloc(900_000, 'bad news ');
        await log.append('sizes', [record('a', 'before'), { key: 'a', value: large }, record('a', 'after')]);
        const reader = await log.openReader('sizes', 'group');
        const messages: LogMessage[] = [];
        while (messages.length < 3) messages.push(...(await reader.pull({ ...PATIENT, maxBytes: 1_000 })));
        expect(texts([messages[0]!, messages[2]!])).toEqual(['before', 'after']);
        expect(Buffer.compare(messages[1]!.value, large)).toBe(0);
      });
    });

    describe('trimming', () => {
      it('keeps everything that a group has not committed', async () => {
        await log.append('numbers', numbered(0, 20));
        const reader = await log.openReader('numbers', 'group');
        await log.trim();
        expect(await pullAtLeast(reader, 20)).toHaveLength(20);
      });
    });

    it('refuses to append after it was closed', async () => {
      const closed = log;
      log = await under.reopen();
      await expect(closed.append('numbers', numbered(0, 1))).rejects.toMatchObject({ code: 'log_closed' });
    });
  });
}
