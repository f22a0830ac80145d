import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  getJson,
  runCommand,
  startBellwether,
  temporaryFolder,
  until,
  type RunningService,
} from '../support/service.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let service: RunningService;

beforeAll(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, 'live');
  service = await startBellwether(['--sources', 'none', '--data', data]);
});
afterAll(async () => {
  await service.stop();
  await folder.remove();
});

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const document = (nativeId: string, overrides: Record<string, unknown> = {}) => ({
  action: 'add',
  source: { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' },
  nativeId,
  title: 'Boeing shares plunge after a profit warning',
  text: 'Boeing shares plunge after a profit warning. The maker cuts its outlook.',
  publishedAt: minutesAgo(30),
  ...overrides,
});

async function post(body: string | Buffer, type = 'application/json') {
  const response = await fetch(`${service.page}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  const answer = (await response.json()) as {
    accepted?: number;
    rejected?: number;
    detail?: string;
    items?: { id?: string; error?: { field: string | null; message: string } }[];
  };
  return { status: response.status, answer };
}

interface View {
  readonly version: number;
  readonly action: string;
  readonly text: string;
}
async function fetchDocument(id: string, asOf?: string): Promise<View | null> {
  const response = await fetch(
    `${service.page}/api/v1/documents/${id}${asOf === undefined ? '' : `?asOf=${asOf}`}`,
  );
  // Not there, or the time is too near to the present to be settled.
  if (response.status === 404 || response.status === 409) return null;
  const body = (await response.json()) as { data?: View } & View;
  return body.data ?? body;
}

describe('documents pushed into a running service', () => {
  it('takes one document, an array and JSON lines, and makes them queryable', async () => {
    const one = await post(JSON.stringify(document('one')));
    expect(one).toMatchObject({ status: 200, answer: { accepted: 1, rejected: 0 } });
    expect(await post(JSON.stringify([document('two'), document('three')]))).toMatchObject({
      answer: { accepted: 2 },
    });
    const lines = `${JSON.stringify(document('four'))}\n${JSON.stringify(document('five'))}\n`;
    expect(await post(lines, 'application/x-ndjson')).toMatchObject({ answer: { accepted: 2 } });
    const id = one.answer.items?.[0]?.id ?? '';
    const view = await until(() => fetchDocument(id), 10_000, 'the document is queryable');
    expect(view.version).toBe(1);
  });

  it('refuses a document without a time with the field and the fix, and takes its batch mates', async () => {
    const { status, answer } = await post(
      JSON.stringify([document('timeless', { publishedAt: undefined }), document('six')]),
    );
    expect(status).toBe(200);
    expect(answer).toMatchObject({ accepted: 1, rejected: 1 });
    expect(answer.items?.[0]?.error).toMatchObject({ field: 'publishedAt' });
    expect(answer.items?.[0]?.error?.message).toMatch(/publishedAt/);
    const metrics = await (await fetch(`${service.metrics}/metrics`)).text();
    expect(metrics).toContain(
      'bellwether_rejected_documents_total{source_type="webhook",reason="invalid"} 1',
    );
  });

  it('answers broken bodies with the cause: invalid UTF-8, no JSON, 20 MB', async () => {
    const broken = Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expect(await post(broken)).toMatchObject({ status: 400 });
    expect(await post('not json')).toMatchObject({ status: 400 });
    const large = await post(JSON.stringify(document('large', { text: 'x'.repeat(20_000_000) })));
    expect(large.status).toBe(413);
    expect(large.answer.detail).toMatch(/larger than/);
  });

  it('keeps a correction as version 2 and a retraction as version 3, and answers what was known before', async () => {
    const first = await post(JSON.stringify(document('corrected')));
    const id = first.answer.items?.[0]?.id ?? '';
    await until(() => fetchDocument(id), 10_000, 'the first version');
    const between = new Date().toISOString();
    await post(
      JSON.stringify(
        document('corrected', {
          action: 'replace',
          text: 'Correction: the warning concerns a supplier.',
          modifiedAt: minutesAgo(1),
        }),
      ),
    );
    const second = await until(
      async () => ((await fetchDocument(id))?.version === 2 ? fetchDocument(id) : null),
      10_000,
      'version 2',
    );
    expect(second.text).toMatch(/Correction/);
    const before = await until(() => fetchDocument(id, between), 15_000, 'a settled answer');
    expect(before.version).toBe(1);
    await post(JSON.stringify(document('corrected', { action: 'retract' })));
    await until(
      async () => ((await fetchDocument(id))?.action === 'retract' ? true : null),
      10_000,
      'the retraction',
    );
    expect((await fetchDocument(id, between))?.version).toBe(1);
  });

  it('loses nothing that it acknowledged when it is killed right after, and counts a repeat once', async () => {
    const batch = Array.from({ length: 300 }, (_, index) =>
      document(`kill-${String(index)}`, { text: `Boeing wins contract number ${String(index)} in Lyon.` }),
    );
    expect(await post(JSON.stringify(batch))).toMatchObject({ status: 200, answer: { accepted: 300 } });
    await service.stop('SIGKILL');
    service = await startBellwether(['--data', data]);
    expect(await post(JSON.stringify(batch))).toMatchObject({ status: 200, answer: { accepted: 300 } });
    const { out, code } = await runCommand(['reconcile', '--data', data, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      duplicates: 300,
      deadLettered: 0,
      difference: 0,
      rollUpDifferences: 0,
    });
    expect(code).toBe(0);
  });

  it('shows its event loop and memory, and says that it is ready', async () => {
    const metrics = await (await fetch(`${service.metrics}/metrics`)).text();
    expect(metrics).toMatch(/nodejs_eventloop_lag_p99_seconds \d/);
    expect(metrics).toMatch(/process_resident_memory_bytes \d/);
    for (const stage of ['understand', 'monitor']) {
      const sum = new RegExp(`bellwether_stage_seconds_sum\\{stage="${stage}"\\} ([\\d.e-]+)`).exec(metrics);
      expect(Number(sum?.[1]), `seconds of ${stage}`).toBeGreaterThan(0);
    }
    expect(metrics).toMatch(/bellwether_outcome_documents_total\{outcome="duplicate"\} 300/);
    expect(await getJson(`${service.page}/readyz`)).toBeTruthy();
  });

  it('refuses a second service on its data folder and goes on itself', async () => {
    const second = await runCommand(['start', '--port', '0', '--data', data]);
    expect(second.code).toBe(2);
    expect(second.words).toContain(String(service.process.pid));
    expect(await getJson(`${service.page}/healthz`)).toBeTruthy();
  });

  it('refuses recorded files, because a live world holds no replay', async () => {
    const { code, words } = await runCommand(['replay', BIN_SELF, '--data', data]);
    expect(code).toBe(2);
    expect(words).toMatch(/live world/);
  });

  it('ends with exit code 0 on SIGTERM and continues at the next start', async () => {
    expect(await service.stop('SIGTERM')).toBe(0);
    service = await startBellwether(['--data', data]);
    expect((await runCommand(['reconcile', '--data', data])).code).toBe(0);
  });
});

/** Any file that exists: the world is refused before a line is read. */
const BIN_SELF = new URL(import.meta.url).pathname;
