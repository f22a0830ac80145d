import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { bytesIn } from '../support/find-bytes.js';
import { startBellwether, temporaryFolder, until, type RunningService } from '../support/service.js';
import { signStandard } from '../support/sign-push.js';

const KEY = 'a-signing-key-of-the-test';
const PHONE = '13912345678';
const MAIL = 'canary.zhang@mail.example';
const CARD = '4111111111111111';
const ID = '11010519491231002X';
const AUTHOR = 'canary-author-77';
const IP = '203.0.113.77';
const LATITUDE = '23.129163';
const PLANTED = [PHONE, MAIL, CARD, ID, AUTHOR, IP, LATITUDE];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let service: RunningService;

beforeAll(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, 'live');
  const exports = join(folder.path, 'exports');
  await mkdir(exports);
  await writeFile(join(folder.path, 'author-key'), 'a key of the test, long enough');
  await writeFile(join(folder.path, 'push-key'), KEY);
  const at = new Date(Date.now() - 3_600_000).toISOString();
  await writeFile(
    join(exports, 'tickets.csv'),
    `id,text,at,who\n1,"Call ${PHONE}, write ${MAIL}",${at},${AUTHOR}\n2,x,${PHONE},${AUTHOR}\n`,
  );
  const mapping =
    '{nativeId: id, text: text, publishedAt: at, author: who, extra: {ip: ip, lat: lat, note: note}}';
  const config = join(folder.path, 'config.yaml');
  await writeFile(
    config,
    [
      'metrics: {port: 0}',
      `privacy: {authorKey: {file: author-key}}`,
      'sources:',
      `  - {type: push, id: desk, name: Desk, kind: feedback, secrets: [{file: push-key}], mapping: ${mapping}}`,
      `  - {type: files, id: crm, name: CRM, kind: feedback, path: '${exports}', everySeconds: 1, mapping: ${mapping}}`,
      '',
    ].join('\n'),
  );
  service = await startBellwether(['--config', config, '--data', data]);
}, 120_000);
afterAll(async () => {
  await service.stop();
  await folder.remove();
});

async function push(items: readonly object[], id: string) {
  const body = JSON.stringify(items);
  const response = await fetch(`${service.page}/ingest/v1/push/desk`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...signStandard(body, { secret: KEY, at: Date.now(), id }),
    },
    body,
  });
  return { status: response.status, text: await response.text() };
}

describe('T16: personal data that was planted in the texts of customers', () => {
  it('is nowhere: answers, data folder (log, dead letters, logs), store, metrics, words of the process', async () => {
    const at = new Date(Date.now() - 3_600_000).toISOString();
    const item = {
      id: `ticket of ${MAIL}`,
      text: `I am ${ID}, card ${CARD}, call ${PHONE}. Boeing is late again.`,
      at,
      who: AUTHOR,
      ip: IP,
      lat: LATITUDE,
      note: `write ${MAIL}`,
    };
    const bad = { ...item, id: 'bad', at: PHONE };
    const first = await push([item, bad], 'msg_1');
    expect(first.status).toBe(200);
    // T10: the same again is answered and makes no second version.
    const second = await push([item, bad], 'msg_1');
    expect(second).toEqual(first);
    const { items } = JSON.parse(first.text) as { items: { id?: string }[] };
    const shown = await until(
      async () => {
        const response = await fetch(`${service.page}/api/v1/documents/${items[0]?.id ?? ''}`);
        return response.status === 200 ? response.text() : null;
      },
      30_000,
      'the document is queryable',
    );
    expect(shown).toContain('[PHONE]');
    expect(shown).toMatch(/"version":1\b/);
    const metrics = await until(
      async () => {
        const text = await (await fetch(`${service.metrics}/metrics`)).text();
        return /accepted_documents_total\{source_type="files"\} 1\b/.test(text) ? text : null;
      },
      30_000,
      'the file is imported',
    );
    const told = [first.text, second.text, shown, metrics, service.words()].join('\n');
    expect(PLANTED.filter((text) => told.includes(text))).toEqual([]);
    expect(await bytesIn(data, PLANTED)).toEqual([]);
  }, 120_000);
});
