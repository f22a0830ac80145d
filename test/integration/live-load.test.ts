import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { backfillOperation } from '../../pipeline/app/operations/backfill.js';
import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import type { RunningService } from '../../pipeline/app/running-service.js';
import { never, openService } from '../support/in-process.js';
import { temporaryFolder } from '../support/service.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: RunningService;
/** Ends the sender; resolves with how many documents were accepted. */
let stopSending: () => Promise<number>;

beforeEach(async () => {
  folder = await temporaryFolder();
  service = await openService(folder.path, 'live', { alerts: { enabled: false } });
  stopSending = send();
});
afterEach(async () => {
  await stopSending();
  await service.stop();
  await folder.remove();
});

const AT = Date.now() - 3_600_000;
const note = (id: string, at = AT) => ({
  source: { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' },
  nativeId: id,
  title: `Apple falls, says note ${id}. 苹果股价下跌`,
  publishedAt: new Date(at).toISOString(),
});

/** Five documents at a time, one request after the other and never a pause. */
function send(): () => Promise<number> {
  let sending = true;
  const sent = (async () => {
    let accepted = 0;
    while (sending) {
      const body = Array.from({ length: 5 }, (_, n) => JSON.stringify(note(`${accepted + n}`))).join('\n');
      const headers = { 'content-type': 'application/x-ndjson' };
      const url = `${String(service.addresses.page)}/ingest/v1/documents`;
      const { ok } = await fetch(url, { method: 'POST', headers, body });
      if (ok) accepted += 5;
    }
    return accepted;
  })();
  return () => {
    sending = false;
    return sent;
  };
}
const reconcile = () => service.operate(reconcileOperation, {}, never);

it('the books balance again and again while documents come without a pause', async () => {
  let accepted = 0;
  for (let n = 0; n < 4; n += 1) {
    const result = await reconcile();
    expect(result).toMatchObject({ difference: 0, rollUpDifferences: 0 });
    expect(result.accepted).toBeGreaterThanOrEqual(accepted);
    accepted = result.accepted;
  }
  expect(accepted).toBeGreaterThan(0);
  const all = await stopSending();
  expect(await reconcile()).toMatchObject({
    accepted: all,
    stored: all,
    difference: 0,
    rollUpDifferences: 0,
  });
}, 60_000);

it('a backfill ends while documents come without a pause', async () => {
  const file = join(folder.path, 'history.jsonl');
  const day = 86_400_000;
  const rows = Array.from({ length: 30 }, (_, n) => JSON.stringify(note(`old ${n}`, AT - (n + 2) * day)));
  await writeFile(file, rows.join('\n'));
  expect(await service.operate(backfillOperation, { files: [file] }, never)).toMatchObject({ delivered: 30 });
  const old = {
    from: AT - 40 * day,
    to: AT - day,
    series: ['market'],
    topic: null,
    frequency: '1d',
  } as const;
  const points = await service.parts.store?.series({ ...old, asOf: null, minRelevance: 0 });
  expect(points?.reduce((sum, { documents }) => sum + documents, 0)).toBe(30);
}, 60_000);
