import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { chooseSets } from '../../models/training/collect-rows.js';
import { addLabelsOperation } from '../../pipeline/app/operations/labels.js';
import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import type { Candidate } from '../../pipeline/app/model-life/candidate-files.js';
import { never, openService } from '../support/in-process.js';
import { runCommand, temporaryFolder } from '../support/service.js';

/* One candidate from its labels to its rollback. The tests build on one another. */

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let sets: string;
const LABELLED = 36;
const VALUES = ['negative', 'neutral', 'positive'] as const;

beforeAll(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, 'live');
  sets = join(folder.path, 'sets');
  for (const set of chooseSets('shippable')) {
    const directory = join(sets, 'labelled', set.key);
    await mkdir(directory, { recursive: true });
    const row = { text: `Orders rise at a company of ${set.key}`, lang: set.language, sentiment: 'positive' };
    await writeFile(join(directory, 'train.jsonl'), `${JSON.stringify(row)}\n`);
    await writeFile(join(directory, 'dev.jsonl'), `${JSON.stringify(row)}\n`);
  }
  const service = await openService(data, 'live', { alerts: { enabled: false } });
  const documents = Array.from({ length: LABELLED }, (_, at) => ({
    source: { id: 'desk', kind: 'news', name: 'Desk' },
    nativeId: `${at}`,
    title: at % 2 === 0 ? `Plant ${at} of Orvane reports figures` : `远岭科技第${at}号工厂公布数据`,
    publishedAt: new Date(Date.now() - 3_600_000).toISOString(),
  }));
  const response = await fetch(`${String(service.addresses.page)}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(documents),
  });
  const { items } = (await response.json()) as { items: { id: string }[] };
  await service.operate(reconcileOperation, {}, never);
  const labels = items.flatMap(({ id }, at) =>
    ['ann', 'bo'].map((author) => ({
      documentId: id,
      version: null,
      instrument: '',
      value: VALUES[at % 3],
      origin: 'label',
      author,
      guideline: '1',
      at: null,
    })),
  );
  await service.operate(addLabelsOperation, addLabelsOperation.parse({ labels }), never);
  await service.stop();
}, 120_000);
afterAll(() => folder.remove());

const command = (...args: readonly string[]) => runCommand([...args, '--data', data]);
/** The model that a service on the data folder loads. */
async function served() {
  const service = await openService(data, 'live', { alerts: { enabled: false } });
  const { model } = service.parts.understanding.classifier;
  await service.stop();
  return model;
}
let candidate: Candidate;
let packaged = '';

describe('a candidate', () => {
  it('learns from the labels beside what serves, and says from what', async () => {
    packaged = (await served()).sha256;
    const trained = await command(
      'train',
      'ngram',
      '--sets',
      'shippable',
      '--with-labels',
      '--as',
      'ann',
      '--data-directory',
      sets,
    );
    expect([trained.code, trained.words]).toEqual([0, expect.stringContaining('models compare ngram-')]);
    const listed = await command('models', 'candidates', '--json');
    const { candidates } = JSON.parse(listed.out) as { candidates: readonly Candidate[] };
    expect(candidates).toHaveLength(1);
    [candidate] = candidates as [Candidate];
    expect(candidate).toMatchObject({ trainedBy: 'ann', labels: { texts: LABELLED, agreement: 1 } });
    const card = await readFile(
      join(data, 'models', 'candidates', candidate.id, 'ngram', 'MODEL_CARD.md'),
      'utf8',
    );
    expect(card).toContain(`| labels | ${LABELLED} |`);
    expect(card).toContain('do not ship');
    expect((await served()).sha256).toBe(packaged);
  }, 400_000);

  it('is approved only when it was compared, and by somebody else than its trainer', async () => {
    const early = await command('models', 'approve', candidate.id, '--by', 'bo');
    expect([early.code, early.words]).toEqual([2, expect.stringContaining('Compare it first')]);
    const compared = await command(
      'models',
      'compare',
      candidate.id,
      '--as',
      'ann',
      '--data-directory',
      sets,
      '--json',
    );
    expect(JSON.parse(compared.out)).toMatchObject({
      candidate: candidate.sha256,
      against: { sha256: packaged },
    });
    const own = await command('models', 'approve', candidate.id, '--by', ' ANN ', '--despite', 'a test');
    expect([own.code, own.words]).toEqual([2, expect.stringContaining('somebody else must approve')]);
    const impact = await command('models', 'impact', candidate.id, '--json');
    expect([impact.code, JSON.parse(impact.out)]).toMatchObject([
      0,
      {
        served: { sha256: packaged },
        candidate: { sha256: candidate.sha256 },
        documents: LABELLED,
        alerts: { same: 0 },
      },
    ]);
    const approved = await command('models', 'approve', candidate.id, '--by', 'bo', '--despite', 'a test');
    expect([approved.code, approved.words]).toEqual([0, '']);
    expect((await served()).sha256).toBe(candidate.sha256);
  }, 400_000);

  it('goes back in one command, and every step stands in the record with its hash', async () => {
    const back = await command('models', 'rollback', '--by', 'cy');
    expect([back.code, back.out]).toEqual([0, expect.stringContaining('Back to the model of the package')]);
    expect((await served()).sha256).toBe(packaged);
    const again = await command('models', 'rollback', '--by', 'cy');
    expect([again.code, again.words]).toEqual([2, expect.stringContaining('nothing to go back to')]);
    const record = join(data, 'models', 'audit.jsonl');
    const lines = (await readFile(record, 'utf8')).trim().split('\n');
    const steps = lines.map(
      (line) =>
        JSON.parse(line) as { step: string; by: string; model: string | null; details: { impact?: unknown } },
    );
    expect(steps[2]?.details.impact).toMatchObject({ candidate: candidate.sha256, documents: LABELLED });
    expect(steps.map(({ step, by, model }) => [step, by, model])).toEqual([
      ['trained', 'ann', candidate.sha256],
      ['compared', 'ann', candidate.sha256],
      ['approved', 'bo', candidate.sha256],
      ['rolled_back', 'cy', null],
    ]);
    await writeFile(record, lines.filter((_, at) => at !== 1).join('\n'));
    const broken = await command('models', 'candidates');
    expect([broken.code, broken.words]).toEqual([2, expect.stringContaining('changed by hand')]);
  }, 400_000);
});
