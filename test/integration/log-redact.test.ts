import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../pipeline/core/clock.js';
import { openEnvironment } from '../../pipeline/log/lmdb-environment.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';
import { rewriteFile } from '../../pipeline/log/redact-log.js';
import { bytesIn } from '../support/find-bytes.js';
import { temporaryFolder } from '../support/service.js';

const TOPIC = 'documents.raw';
const SECRET = 'what she said 她说的话';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let log: Awaited<ReturnType<typeof openLmdbLog>>;
const open = () => openLmdbLog({ path: folder.path, clock: systemClock });
beforeEach(async () => {
  folder = await temporaryFolder();
  log = await open();
});
afterEach(async () => {
  await log.close();
  await folder.remove();
});

const bytes = (text: string) => Buffer.from(text, 'utf8');
const append = async (from: number, count: number, size: number) => {
  for (let n = from; n < from + count; n += 1) {
    const said = n % 10 === 0 ? SECRET : 'nothing';
    await log.append(TOPIC, [{ key: `k${n}`, value: bytes(`${said} ${'x'.repeat(size)}`) }]);
  }
};
const redact = () =>
  log.redact((_topic, { value }) => (Buffer.from(value).includes(SECRET) ? bytes('erased') : null));
const readAll = async () => {
  const reader = await log.openReader(TOPIC, `late ${Math.random()}`);
  const found: { offset: number; key: string; text: string }[] = [];
  for (;;) {
    const messages = await reader.pull({ maxMessages: 100, maxBytes: 1e7, waitMs: 0 });
    if (messages.length === 0) return found;
    for (const { offset, key, value } of messages)
      found.push({ offset, key, text: Buffer.from(value).toString('utf8').split(' x')[0] ?? '' });
  }
};

describe('taking records out of their place', () => {
  it('leaves no byte of them in the file, small or large, and every other record where it was', async () => {
    await append(0, 60, 100);
    await append(60, 20, 9_000);
    expect(await bytesIn(folder.path, [SECRET])).not.toEqual([]);
    expect(await redact()).toBe(8);
    expect(await bytesIn(folder.path, [SECRET])).toEqual([]);
    const found = await readAll();
    expect(found).toHaveLength(80);
    expect(found.map(({ offset, key }) => `k${offset}` === key)).not.toContain(false);
    expect(found.filter(({ text }) => text === 'erased').map(({ offset }) => offset)).toEqual([
      0, 10, 20, 30, 40, 50, 60, 70,
    ]);
  });

  it('goes on with the next offset, also after it was closed and opened again, and may be repeated', async () => {
    await append(0, 20, 50);
    await log.append(TOPIC, [], { cursors: [{ name: 'feed', value: 'here' }] });
    await redact();
    await append(20, 5, 50);
    expect(await redact()).toBe(1);
    await log.close();
    log = await open();
    expect(await log.endPositions(TOPIC)).toEqual([{ partition: 0, offset: 25 }]);
    expect(await log.readCursor('feed')).toBe('here');
    expect((await readAll()).filter(({ text }) => text === 'erased')).toHaveLength(3);
    expect(await bytesIn(folder.path, [SECRET])).toEqual([]);
  });

  it('loses nothing that is appended meanwhile', async () => {
    await append(0, 200, 500);
    const later = Promise.all(
      Array.from({ length: 300 }, (_, n) =>
        log.append(TOPIC, [{ key: `k${200 + n}`, value: bytes('later') }]),
      ),
    );
    await redact();
    await later;
    expect(await readAll()).toHaveLength(500);
  });
});

describe('writing the file anew', () => {
  it('goes on in the file that has taken the place, also when the folder cannot be synchronised', async () => {
    await append(0, 20, 50);
    await log.close();
    const environment = await openEnvironment(folder.path);
    const failing = () => Promise.reject(new Error('EMFILE'));
    await expect(rewriteFile(environment, failing)).rejects.toThrow('EMFILE');
    await environment.records.put([TOPIC, 0, 99], bytes('acknowledged afterwards'));
    await environment.root.close();
    const again = await openEnvironment(folder.path);
    expect(again.records.get([TOPIC, 0, 99])?.toString()).toBe('acknowledged afterwards');
    await again.records.remove([TOPIC, 0, 99]);
    await again.root.close();
    log = await open();
    expect(await readAll()).toHaveLength(20);
  });

  it('leaves a file that only its owner reads', async () => {
    await append(0, 1, 50);
    await redact();
    expect((await stat(join(folder.path, 'log.mdb'))).mode & 0o777).toBe(0o600);
  });
});
