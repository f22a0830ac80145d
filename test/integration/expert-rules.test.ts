import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { DocumentAnswer, DocumentsAnswer, WireDocument, WireStatus } from '../../dashboards/api/wire.js';
import { loadConfig } from '../../config/load.js';
import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import { rescoreOperation } from '../../pipeline/app/operations/rescore.js';
import type { RunningService } from '../../pipeline/app/running-service.js';
import { systemClock } from '../../pipeline/core/clock.js';
import { never, openService } from '../support/in-process.js';
import { getJson, temporaryFolder } from '../support/service.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: RunningService | null = null;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stop();
  await folder.remove();
});

const RULES = `rules:
  - id: cleared
    version: 1
    author: ana@desk.example
    approvedBy: li@risk.example
    reason: A finding of no breach is no bad news.
    when: { anyOf: [not in breach, 未违规] }
    then: { atMost: { negative: 0.1 } }
    tests: [{ text: found not in breach, fires: true }]
  - id: notices
    version: 3
    author: ana@desk.example
    reason: Notices say nothing.
    when: { anyOf: [net asset value] }
    then: { abstain: true, addTopic: macro }
    tests: [{ text: the net asset value, fires: true }]
`;
const TEXTS = [
  'Apple Inc. was found not in breach after the fraud probe, Apple shares had plunged',
  '苹果公司经查未违规，此前股价暴跌',
  'The net asset value of the Apple fund collapsed',
  'Apple shares plunge as fraud probe widens',
];

async function start(rules: string | null, approval: 'none' | 'required' = 'none'): Promise<RunningService> {
  const file = join(folder.path, 'rules.yaml');
  if (rules !== null) await writeFile(file, rules);
  const models = { rules: { files: rules === null ? [] : [file], approval } };
  service = await openService(join(folder.path, 'data'), 'live', { alerts: { enabled: false }, models });
  return service;
}

async function stop(): Promise<void> {
  await service?.stop();
  service = null;
}

function running(): RunningService {
  if (service === null) throw new Error('no service');
  return service;
}

const ask = (path: string) => getJson(`${String(running().addresses.page)}${path}`);

async function ingest(texts: readonly string[]): Promise<void> {
  const rows = texts.map((text, index) => ({
    source: { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' },
    nativeId: `${index}`,
    title: text,
    publishedAt: new Date(Date.now() - 3_600_000).toISOString(),
  }));
  const response = await fetch(`${String(running().addresses.page)}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: rows.map((row) => JSON.stringify(row)).join('\n'),
  });
  expect(response.status).toBeLessThan(300);
  expect(await running().operate(reconcileOperation, {}, never)).toMatchObject({
    difference: 0,
    rollUpDifferences: 0,
  });
}

/** The documents in the order of `TEXTS`. */
async function stored(): Promise<readonly WireDocument[]> {
  const { data } = (await ask('/api/v1/documents')) as DocumentsAnswer;
  return TEXTS.map((text) => data.find(({ title }) => title === text)!);
}

describe('expert rules in a service', () => {
  it('decide over scores, say so on the row, in API and series, and keep what the model had said', async () => {
    await start(RULES);
    await ingest(TEXTS);
    const documents = await stored();
    for (const document of documents.slice(0, 2)) {
      expect(document.flags).toContain('rule:cleared');
      expect(document.sentiment.negative).toBeCloseTo(0.1, 9);
      expect(document.ruled!.rules).toEqual([
        { id: 'cleared', version: 1, reason: 'A finding of no breach is no bad news.' },
      ]);
      expect(document.ruled!.model.negative).toBeGreaterThan(0.1);
    }
    expect(documents[0]!.mentions[0]!.negative).toBeCloseTo(0.1, 9);
    const notice = documents[2]!;
    expect(notice.flags).toEqual(expect.arrayContaining(['unclassified', 'rule:notices']));
    expect(notice.topics.map(({ topic }) => topic)).toContain('macro');
    const plain = documents[3]!;
    expect([plain.ruled, plain.flags]).toEqual([undefined, []]);
    const { model } = (await ask('/api/v1/status')) as WireStatus;
    expect(model!.version).toMatch(/\+rules\.[0-9a-f]{8}$/);
    expect(new Set(documents.map((document) => document.model.version))).toEqual(new Set([model!.version]));
    // What carried the model's own score is still told.
    const one = (await ask(`/api/v1/documents/${documents[0]!.id}`)) as DocumentAnswer;
    expect(one.data.explanation!.words.length).toBeGreaterThan(0);
  }, 60_000);

  it('are read again while the service runs, all or none, and approval stays asked for', async () => {
    const file = join(folder.path, 'rules.yaml');
    await writeFile(file, RULES);
    const models = { sentiment: 'ngram', rules: { files: [file], approval: 'required' as const } };
    const overrides = {
      sources: [],
      alerts: { enabled: false },
      models,
      http: { port: 0 },
      metrics: { port: 0 },
    };
    const load = () => loadConfig({ file: null, env: {}, overrides });
    service = await openService(join(folder.path, 'data'), 'live', overrides, systemClock, {
      path: file,
      load,
    });
    const { rules } = running().parts.understanding;
    const first = rules.version;
    await writeFile(file, RULES.replace('negative: 0.1', 'negative: 0.3'));
    const { model } = await running().sources.reload('signal');
    expect(model?.to.version).toBe(model?.from.version.replace(first, rules.version));
    expect(rules.version).not.toBe(first);
    await ingest(TEXTS);
    const [cleared, , notice] = await stored();
    expect(cleared!.sentiment.negative).toBeCloseTo(0.3, 9);
    expect(cleared!.model.version).toContain(rules.version);
    // Nobody has approved it.
    expect(notice!.ruled).toBeUndefined();

    const second = rules.version;
    await writeFile(file, RULES.replace('fires: true', 'fires: false'));
    await expect(running().sources.reload('signal')).rejects.toMatchObject({
      code: 'rules_fail_their_tests',
    });
    expect(rules.version).toBe(second);
  }, 60_000);

  it('are scored again under another version when they change, and the old answers stay', async () => {
    await start(null);
    await ingest(TEXTS);
    const own = await stored();
    const before = Date.now();
    await stop();

    await start(RULES, 'required');
    expect((await stored()).map(({ ruled }) => ruled)).toEqual(TEXTS.map(() => undefined));
    const request = { model: null, from: null, to: null };
    expect(await running().operate(rescoreOperation, request, never)).toMatchObject({
      rescored: 4,
      remaining: 0,
    });
    const first = await stored();
    expect(first[0]!.ruled!.model.negative).toBeCloseTo(own[0]!.sentiment.negative, 9);
    // Nobody has approved the second rule.
    expect(first[2]!.ruled).toBeUndefined();
    expect(await running().operate(rescoreOperation, request, never)).toMatchObject({ rescored: 0 });
    await stop();

    await start(RULES.replace('negative: 0.1', 'negative: 0.3'));
    expect(await running().operate(rescoreOperation, request, never)).toMatchObject({
      rescored: 4,
      remaining: 0,
    });
    const second = await stored();
    expect(second[0]!.sentiment.negative).toBeCloseTo(0.3, 9);
    expect(second[0]!.model.version).not.toBe(first[0]!.model.version);
    const id = own[0]!.id;
    const then = await running().parts.store!.document(id, before);
    expect([then!.ruled, then!.sentiment]).toEqual([undefined, own[0]!.sentiment]);
    expect(await running().operate(reconcileOperation, {}, never)).toMatchObject({
      difference: 0,
      rollUpDifferences: 0,
    });
  }, 120_000);

  it('stop the start with file, rule and reason when they are not sound', async () => {
    await expect(start(RULES.replace('atMost', 'atmost'))).rejects.toThrow(
      /rules\.yaml.*atmost.*Did you mean atMost/s,
    );
    await expect(start(RULES.replace('fires: true', 'fires: false'))).rejects.toThrow(
      /cleared, test 1: the rule fires/,
    );
  }, 60_000);
});
