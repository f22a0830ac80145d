import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../pipeline/core/clock.js';
import { decodeRawDocument, encodeRawDocument } from '../../pipeline/log/codec.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';
import { rawDocument } from '../support/documents.js';

const TOTAL = 100_000;

function report(what: string, count: number, startMs: number): void {
  const perSecond = Math.round((count / (performance.now() - startMs)) * 1_000);
  process.stdout.write(`${what.padEnd(44)} ${perSecond.toLocaleString('en')} a second\n`);
}

const path = await mkdtemp(join(tmpdir(), 'bellwether-bench-'));
const log = await openLmdbLog({ path, clock: systemClock });
const batch = Array.from({ length: 200 }, (_, index) => ({
  key: `k${index}`,
  value: Buffer.alloc(500, index),
}));

let startMs = performance.now();
for (let sent = 0; sent < TOTAL; sent += batch.length) await log.append('t', batch);
report('append 500 B, 200 at a time, flushed', TOTAL, startMs);

startMs = performance.now();
await Promise.all(Array.from({ length: 20_000 }, () => log.append('t', batch.slice(0, 1))));
report('append 500 B, 20,000 callers at once, flushed', 20_000, startMs);

const reader = await log.openReader('t', 'bench');
startMs = performance.now();
for (let seen = 0; seen < TOTAL;) {
  seen += (await reader.pull({ maxMessages: 500, maxBytes: 4e6, waitMs: 0 })).length;
}
report('pull 500 B, 500 at a time', TOTAL, startMs);

startMs = performance.now();
await reader.commit(await log.endPositions('t'));
for (let count = 0; count < 1_000; count += 1) await log.append('t', batch.slice(0, 1));
report('append 500 B, one by one, flushed', 1_000, startMs);
await log.close();
await rm(path, { recursive: true });

const document = rawDocument({
  title: 'Northwind Freight warns on profit',
  text: 'Shares fell. '.repeat(30),
});
const bytes = encodeRawDocument(document);
startMs = performance.now();
for (let count = 0; count < TOTAL; count += 1) encodeRawDocument(document);
report(`encode a document of ${bytes.byteLength} B`, TOTAL, startMs);
startMs = performance.now();
for (let count = 0; count < TOTAL; count += 1) decodeRawDocument(bytes);
report(`decode a document of ${bytes.byteLength} B`, TOTAL, startMs);
