import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createOutbox } from '../../alerts/notifiers/outbox.js';
import { eraseOperation, type EraseRequest } from '../../pipeline/app/operations/erase.js';
import { listDeadLettersOperation } from '../../pipeline/app/operations/dead-letters.js';
import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import type { RunningService } from '../../pipeline/app/running-service.js';
import { RAW_TOPIC } from '../../pipeline/core/log.js';
import { bytesIn } from '../support/find-bytes.js';
import { never, openService } from '../support/in-process.js';
import { getJson, runCommand, temporaryFolder, until } from '../support/service.js';
import { makeEvent } from '../support/store.js';

const KEY = 'a key of the test, long enough';
/** Words that nobody else says; in the dead letter they stand in base64. */
const SECRET_EN = 'Quxilbrandt-canary-83f1 plunges';
const SECRET_ZH = '绝无仅有的金丝雀词句暴跌';
const WIRE = { id: 'desk', kind: 'social', name: 'Desk' };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let service: RunningService;
const open = (privacy: object = {}) =>
  openService(data, 'live', {
    privacy: { authorKey: { file: join(folder.path, 'author-key') }, ...privacy },
  });
beforeEach(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, 'live');
  await writeFile(join(folder.path, 'author-key'), KEY);
  service = await open();
});
afterEach(async () => {
  await service.stop();
  await folder.remove();
});

const published = new Date(Date.now() - 3_600_000).toISOString();
const said = (nativeId: string, text: string, more: object = {}) => ({
  source: WIRE,
  nativeId,
  title: text,
  text: `${text}. Boeing shares.`,
  publishedAt: published,
  author: { id: 'Jane Doe' },
  ...more,
});
const hers = [said('h1', SECRET_EN), said('h2', SECRET_ZH), said('h3', 'Boeing rises')];
const his = said('o1', 'Boeing shares rise on strong orders', { author: { id: 'John' } });

async function post(documents: readonly object[]): Promise<readonly string[]> {
  const response = await fetch(`${String(service.addresses.page)}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(documents),
  });
  const { items } = (await response.json()) as { items: { id: string }[] };
  return items.map(({ id }) => id);
}
const reconciled = async () => {
  const { difference, rollUpDifferences, ...books } = await service.operate(reconcileOperation, {}, never);
  expect({ difference, rollUpDifferences }).toEqual({ difference: 0, rollUpDifferences: 0 });
  return books;
};
const NOBODY: EraseRequest = { author: null, pseudonym: null, source: null, mode: 'erase' };
const erase = (request: Partial<EraseRequest>) =>
  service.operate(eraseOperation, { ...NOBODY, ...request }, never);
const secrets = () =>
  bytesIn(data, [SECRET_EN, SECRET_ZH, Buffer.from(SECRET_EN).toString('base64').slice(0, 30)]);
const outbox = () => createOutbox(join(data, 'outbox'));
const storeOf = () => {
  const { store } = service.parts;
  if (store === null) throw new Error('no store');
  return store;
};
const fetchStatus = async (id: string | undefined) =>
  (await fetch(`${String(service.addresses.page)}/api/v1/documents/${String(id)}`)).status;

describe('erasing a person', () => {
  it('says when the key has changed, and finds what was named with an earlier one that it is given', async () => {
    await post([...hers, his]);
    await service.stop();
    await writeFile(join(folder.path, 'new-key'), 'another key of the test, long enough');
    const authorKey = { file: join(folder.path, 'new-key') };
    service = await open({ authorKey });
    const blind = await erase({ author: 'Jane Doe', source: 'desk', mode: 'dry-run' });
    expect(blind).toMatchObject({ counts: { documents: 0 }, missingKeys: 1 });
    await service.stop();
    service = await open({ authorKey, formerAuthorKeys: [{ file: join(folder.path, 'author-key') }] });
    await post([said('h4', 'Boeing falls')]);
    const whole = await erase({ author: 'Jane Doe', source: 'desk' });
    expect(whole).toMatchObject({ counts: { documents: 4 }, missingKeys: 0 });
    expect(whole.targets).toHaveLength(2);
    expect(await secrets()).toEqual([]);
  });

  it('takes them out of store, log, dead letters, alerts and mails, in English and in Chinese, and leaves others', async () => {
    const ids = await post([...hers, his]);
    await post([{ ...hers[0], action: 'retract', author: null }]);
    const letter = `{"v":99,"source":{"id":"desk"},"author":"PSEUDONYM","text":"${SECRET_EN}"}`;
    await reconciled();
    const author = (await storeOf().document(ids[1] ?? '', null))?.author ?? '';
    expect(author).toMatch(/^u_[0-9a-f]{20}$/);
    await service.parts.log.append(RAW_TOPIC, [
      { key: 'x', value: Buffer.from(letter.replace('PSEUDONYM', author)) },
    ]);
    const event = makeEvent({ id: 'ab'.repeat(16), sequence: 1, type: 'firing', state: 'firing' });
    const quotation = (id: string | undefined, title: string) => ({
      id: id ?? '',
      title,
      sentence: title,
      url: null,
      source: 'Desk',
      publishedAt: published,
      negative: 0.9,
      weight: 2,
    });
    const documents = [quotation(ids[1], SECRET_ZH), quotation(ids[3], 'Boeing shares rise')];
    await storeOf().appendEvents([{ ...event, alert: { ...event.alert, documents } }]);
    await reconciled();
    expect(await secrets()).not.toEqual([]);
    // The mail that is due is written at the start.
    await service.stop();
    service = await open();
    const mailText = async () => (await outbox().read(`${'ab'.repeat(16)}-1`))?.text ?? null;
    expect(await until(mailText, 15_000, 'the mail')).toContain(SECRET_ZH);

    const planned = await erase({ author: 'Jane Doe', mode: 'dry-run' });
    expect(planned.counts).toMatchObject({ documents: 3, versions: 4, deadLetters: 1, alertEvents: 2 });
    const result = await erase({ author: 'Jane Doe' });
    expect(result.targets).toEqual([{ kind: 'author', source: 'desk', pseudonym: author }]);
    expect(result.counts).toMatchObject({
      documents: 3,
      versions: 4,
      deadLetters: 1,
      mails: 1,
      bytesGone: true,
    });
    expect(await mailText()).toContain('已删除');
    expect(await mailText()).not.toContain(SECRET_ZH);
    expect(await mailText()).toContain('Boeing shares rise');
    expect(await secrets()).toEqual([]);
    expect([await fetchStatus(ids[0]), await fetchStatus(ids[1]), await fetchStatus(ids[3])]).toEqual([
      404, 404, 200,
    ]);
    const stored = await storeOf().alert('ab'.repeat(16));
    expect(stored?.alert.documents.map(({ sentence }) => sentence)).toEqual(['', 'Boeing shares rise']);
    const request = { state: null, reason: null, source: null, limit: 10 };
    expect(await service.operate(listDeadLettersOperation, request, never)).toEqual([]);
    expect(await reconciled()).toMatchObject({ accepted: 6, stored: 1, deadLettered: 0, erased: 5 });
    const series = (await getJson(
      `${String(service.addresses.page)}/api/v1/series?series=market&frequency=1d`,
    )) as { data: { n: number | null }[] };
    expect(series.data.reduce((sum, { n }) => sum + (n ?? 0), 0)).toBe(1);
  });

  it('is not undone by sending the same again, also after a restart, and a new version without the author stays out', async () => {
    await post([...hers, his]);
    await erase({ author: ' Jane  Doe ', source: 'desk' });
    await post(hers);
    await post([{ ...hers[1], author: null, action: 'replace', text: `${SECRET_ZH} again` }]);
    expect(await reconciled()).toMatchObject({ accepted: 8, stored: 1, erased: 7 });
    expect(await secrets()).toEqual([]);
    await service.stop();
    service = await open();
    await post([said('h9', SECRET_EN)]);
    expect(await reconciled()).toMatchObject({ accepted: 9, stored: 1, erased: 8 });
    expect(await secrets()).toEqual([]);
  });

  it('catches what is accepted and not stored yet', async () => {
    await post([his]);
    await reconciled();
    const posted = post(Array.from({ length: 200 }, (_, n) => said(`many ${n}`, `${SECRET_EN} ${n}`)));
    // Perhaps none of it is accepted yet.
    await erase({ author: 'Jane Doe', source: 'desk', force: true });
    await posted;
    expect(await reconciled()).toMatchObject({ accepted: 201, stored: 1, erased: 200 });
    expect(await secrets()).toEqual([]);
  });
});

describe('a licence that ends', () => {
  it('takes the whole source, refuses what comes later, and lets it in again when that is allowed', async () => {
    const other = said('x1', SECRET_EN, { source: { id: 'dj', kind: 'news', name: 'DJ' }, author: null });
    await post([his, other]);
    expect((await erase({ source: 'dj' })).counts).toMatchObject({ documents: 1 });
    await post([other]);
    expect(await reconciled()).toMatchObject({ accepted: 3, stored: 1, erased: 2 });
    expect(await secrets()).toEqual([]);
    expect((await erase({ source: 'dj', mode: 'allow-again' })).allowed).toBe(1);
    await post([other]);
    expect(await reconciled()).toMatchObject({ accepted: 4, stored: 2, erased: 2 });
  });
});

describe('a name of which nothing is known', () => {
  const PSEUDONYM = 'u_0123456789abcdef0123';
  it.each([
    ['a source', { source: 'dow-jnes' }],
    ['a person', { pseudonym: PSEUDONYM, source: 'desk' }],
  ])('is erased only when that is forced: %s', async (_what, whom) => {
    await post([his]);
    expect(await erase(whom)).toMatchObject({ unknown: true, done: false, counts: { documents: 0 } });
    expect((await storeOf().erasure.suppressed()).targets).toEqual([]);
    expect(await erase({ ...whom, force: true })).toMatchObject({ unknown: true, done: true });
    expect((await storeOf().erasure.suppressed()).targets).toHaveLength(1);
    expect(await erase(whom)).toMatchObject({ unknown: false, done: true });
  });
});

describe('keeping by age', () => {
  it('deletes old documents at the start and refuses them from then on, and the days keep their numbers', async () => {
    const longAgo = new Date(Date.now() - 40 * 86_400_000).toISOString();
    const old = said('old', SECRET_EN, { publishedAt: longAgo });
    await post([old, his]);
    const days = async () => {
      const from = new Date(Date.now() - 50 * 86_400_000).toISOString();
      const { data: windows } = (await getJson(
        `${String(service.addresses.page)}/api/v1/series?series=market&frequency=1d&from=${from}`,
      )) as { data: { n: number | null }[] };
      return windows.reduce((sum, { n }) => sum + (n ?? 0), 0);
    };
    expect(await reconciled()).toMatchObject({ stored: 2 });
    expect(await days()).toBe(2);
    await service.stop();
    service = await openService(data, 'live', { retention: { socialDays: 30 } });
    const expired = async () => ((await storeOf().counts()).expired === 1 ? true : null);
    await until(expired, 20_000, 'the old document is deleted');
    await post([
      { ...old, nativeId: 'older' },
      { ...old, action: 'replace', text: 'Boeing, corrected' },
    ]);
    expect(await reconciled()).toMatchObject({ accepted: 4, stored: 1, erased: 3 });
    expect(await days()).toBe(2);
  });
});

describe('the command', () => {
  it.each(['after_erasure_begun', 'after_rows_removed'])(
    'is finished by saying it again when it was killed %s',
    async (place) => {
      await post([...hers, his]);
      await reconciled();
      await service.stop();
      const config = join(folder.path, 'config.yaml');
      await writeFile(config, `privacy:\n  authorKey: {file: ${join(folder.path, 'author-key')}}\n`);
      const args = ['erase', '--author', 'Jane Doe', '--yes', '--json', '--config', config, '--data', data];
      const killed = await runCommand(args, { env: { FAILPOINTS: 'allowed', FAILPOINT: place } });
      expect(killed.code).toBeNull();
      const again = await runCommand(args);
      expect([again.code, again.words]).toEqual([0, expect.any(String)]);
      expect(await secrets()).toEqual([]);
      const books = await runCommand(['reconcile', '--json', '--data', data]);
      expect(JSON.parse(books.out)).toMatchObject({
        accepted: 4,
        stored: 1,
        erased: 3,
        difference: 0,
        rollUpDifferences: 0,
      });
    },
    // Three processes, one after the other.
    120_000,
  );

  it('says that documents without an author cannot be searched for a person, and when it found none of theirs', async () => {
    await post([said('n1', 'Boeing rises', { author: null }), his]);
    await reconciled();
    await service.stop();
    const stranger = ['erase', '--pseudonym', 'u_0123456789abcdef0123', '--source', 'desk', '--data', data];
    for (const mode of ['--dry-run', '--yes']) {
      const { code, out, words } = await runCommand([...stranger, mode]);
      expect(code).toBe(mode === '--yes' ? 1 : 0);
      expect(out).toContain(mode === '--yes' ? 'Nothing was done.' : 'Nothing was changed.');
      expect(words).toContain('1 document of this scope carries no author');
      expect(words).toContain('No document of this person was found');
    }
  });

  it('says what is wrong with its use', async () => {
    await service.stop();
    const nobody = await runCommand(['erase', '--yes', '--data', data]);
    expect([nobody.code, nobody.words]).toEqual([2, expect.stringContaining('Say whom')]);
    const unsure = await runCommand(['erase', '--source', 'desk', '--data', data]);
    expect([unsure.code, unsure.words]).toEqual([2, expect.stringContaining('--yes')]);
    const keyless = await runCommand([
      'erase',
      '--author',
      'Jane',
      '--source',
      'desk',
      '--yes',
      '--data',
      data,
    ]);
    expect([keyless.code, keyless.words]).toEqual([2, expect.stringContaining('privacy.authorKey')]);
  });
});
