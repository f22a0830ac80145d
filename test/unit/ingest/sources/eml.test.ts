import { mkdir, mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { createEmlSource } from '../../../../ingest/sources/eml/eml.js';
import { isNew, MAX_TAKEN, movedOn } from '../../../../ingest/sources/eml/eml-cursor.js';
import { parseEml } from '../../../../ingest/parse/parse-eml.js';
import type { RejectedItem } from '../../../../ingest/source.js';
import { CancelledError, InvalidDocumentError } from '../../../../pipeline/core/errors.js';
import { fakeClock, readEmlHere, recordDeliveries, type DeliveryRecorder } from '../../../support/ingest.js';
import { leastProcessorMs } from '../../../support/processor-time.js';

const mail = (headers: Record<string, string>, body: string) =>
  `${Object.entries({
    'Message-ID': '<n1@letters.example>',
    Date: 'Mon, 30 Mar 2026 08:00:00 +0800 (CST)',
    From: 'The Letter <Letter@Letters.example>',
    Subject: 'Morning note',
    ...headers,
  })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}`;

describe('parseEml', () => {
  it('takes subject, time, sender and the HTML of a newsletter in parts; no attachment', async () => {
    const body = [
      '--b',
      'Content-Type: text/plain; charset=utf-8',
      '',
      'See the HTML.',
      '--b',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      '<p>Aldermoor =E2=80=93 profit down</p>',
      '--b',
      'Content-Type: text/csv',
      'Content-Disposition: attachment; filename=a.csv',
      '',
      'secret attachment',
      '--b--',
    ].join('\r\n');
    const headers = {
      'MIME-Version': '1.0',
      'Content-Type': 'multipart/mixed; boundary=b',
      'List-Id': '<note.letters.example>',
    };
    const fields = await parseEml(Buffer.from(mail(headers, body)));
    expect(fields).toMatchObject({
      nativeId: 'n1@letters.example',
      title: 'Morning note',
      publishedAt: '2026-03-30T00:00:00.000Z',
      author: { id: 'letter@letters.example' },
      extra: { list: '<note.letters.example>' },
    });
    expect(String(fields['text']).split('\n')).toContain('Aldermoor – profit down');
    expect(JSON.stringify(fields)).not.toContain('secret attachment');
  });

  it('reads GBK in subject and text', async () => {
    // 青禾 in GBK.
    const gbk = Buffer.from([0xc7, 0xe0, 0xba, 0xcc]);
    const head = mail(
      { Subject: `=?GBK?B?${gbk.toString('base64')}?=`, 'Content-Type': 'text/plain; charset=gbk' },
      '',
    );
    const fields = await parseEml(Buffer.concat([Buffer.from(head), gbk]));
    expect(fields).toMatchObject({ title: '青禾' });
    expect(String(fields['text']).trim()).toBe('青禾');
  });

  it('takes a letter to a thousand readers, whose addresses it does not read', async () => {
    const readers = Array.from({ length: 1_000 }, (_, n) => `Reader ${n} <r${n}@desk.example>`);
    const headers = {
      to: readers.slice(0, 2).join(',\r\n '),
      Subject: 'Aldermoor\r\n falls',
      'Cc ': readers.join(',\r\n '),
    };
    const fields = await parseEml(Buffer.from(mail(headers, 'Profit is down.')));
    expect(fields).toMatchObject({ title: 'Aldermoor falls', text: 'Profit is down.\n' });
    expect(fields).toMatchObject({ author: { id: 'letter@letters.example' } });
  });

  it('names a message without Message-ID by what it holds', async () => {
    const one = await parseEml(Buffer.from(mail({ 'Message-ID': '' }, 'a')));
    const same = await parseEml(Buffer.from(mail({ 'Message-ID': '' }, 'a')));
    const other = await parseEml(Buffer.from(mail({ 'Message-ID': '' }, 'b')));
    expect(one['nativeId']).toMatch(/^eml-[0-9a-f]{32}$/);
    expect(same['nativeId']).toBe(one['nativeId']);
    expect(other['nativeId']).not.toBe(one['nativeId']);
  });

  it.each<[string, string]>([
    ['no mail', 'just some words'],
    ['nothing', ''],
    ['lines that cost more than they hold', mail({}, 'rfc822 ab\r\n'.repeat(20_000))],
    ['too many headers', mail({ 'X-A': 'x'.repeat(300_000) }, 'a')],
    [
      'parts in parts in parts',
      `${mail({ 'Content-Type': 'multipart/mixed; boundary=b0' }, '')}${Array.from({ length: 100 }, (_, n) => `--b${n}\r\nContent-Type: multipart/mixed; boundary=b${n + 1}\r\n\r\n`).join('')}`,
    ],
  ])('refuses %s with the reason', async (_, text) => {
    await expect(parseEml(Buffer.from(text))).rejects.toThrow(InvalidDocumentError);
  });

  it.each(['a', '<', '=?', '=?utf-8?q?a?=', '--b\r\n', '(', '"', ':', '; a=', '\r\n ', '&#', '<a@b>,'])(
    'T8: 50 kB of %j take at most 50 ms, in headers or in the text',
    async (part) => {
      const long = part.repeat(Math.ceil(50_000 / part.length));
      const type = { 'Content-Type': 'multipart/mixed; boundary=b' };
      const processorMs = (text: string) =>
        leastProcessorMs(() => parseEml(Buffer.from(text)).catch(onlyInvalid));
      expect(await processorMs(mail({ Subject: long }, 'a'))).toBeLessThan(50);
      expect(await processorMs(mail({ To: long }, 'a'))).toBeLessThan(50);
      expect(await processorMs(mail({ From: long }, 'a'))).toBeLessThan(50);
      expect(await processorMs(mail({ From: long.slice(0, 4_000) }, 'a'))).toBeLessThan(50);
      expect(await processorMs(mail(type, long))).toBeLessThan(50);
    },
  );
});

function onlyInvalid(error: unknown): void {
  if (!(error instanceof InvalidDocumentError)) throw error;
}

describe('a folder of messages', () => {
  let folder: string;
  const folders: string[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'eml-'));
    folders.push(folder);
  });
  afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))));

  async function look(
    recorder: DeliveryRecorder = recordDeliveries(),
    between: (() => Promise<void>)[] = [],
    { path = folder, at = '2100-01-01T00:00:00Z', readEml = readEmlHere } = {},
  ) {
    const rejected: RejectedItem[] = [];
    const reasons: (string | null)[] = [];
    const stop = new AbortController();
    const source = createEmlSource({
      source: { id: 'letters', kind: 'research', name: 'Letters', licence: null, credibility: 0.7 },
      path,
      readEml,
      intervalMs: 1_000,
      readCursor: recorder.readCursor,
      // Long after the files were written, so that they are at rest.
      clock: {
        ...fakeClock(at),
        sleep: async () => {
          reasons.push(source.status().reason);
          const step = between.shift();
          if (step === undefined) stop.abort();
          else await step();
        },
      },
      onRejected: (item) => rejected.push(item),
      authorKey: 'k'.repeat(24),
    });
    await source.run(recorder.deliver, stop.signal);
    return { recorder, rejected, reasons, ids: recorder.documents().map(({ nativeId }) => nativeId) };
  }
  const put = (name: string, id: string, more: Record<string, string> = {}) =>
    writeFile(join(folder, name), mail({ 'Message-ID': `<${id}>`, ...more }, `Text of ${id}`));

  it('is taken once; what comes later is taken later, and files may be deleted', async () => {
    await put('a.eml', 'm1');
    await put('b.eml', 'm2');
    await writeFile(join(folder, 'notes.txt'), 'no message');
    const { ids, recorder } = await look(recordDeliveries(), [
      () => put('c.eml', 'm3'),
      () => unlink(join(folder, 'a.eml')),
    ]);
    expect([...ids].sort()).toEqual(['m1', 'm2', 'm3']);
    const before = recorder.deliveries.length;
    expect((await look(recorder)).recorder.deliveries).toHaveLength(before);
  });

  it('keeps of the sender a pseudonym only', async () => {
    await put('a.eml', 'm1');
    const { recorder } = await look();
    expect(recorder.documents()[0]?.author).toMatch(/^u_/);
    expect(JSON.stringify(recorder.deliveries)).not.toMatch(/letters\.example/i);
  });

  it('goes on after a kill where it was', async () => {
    for (let n = 0; n < 130; n += 1) await put(`${n}.eml`, `m${n}`);
    let deliveries = 0;
    const recorder = recordDeliveries(() => {
      deliveries += 1;
      if (deliveries % 2 === 0) throw new CancelledError('cancelled', 'Killed.');
    });
    for (let run = 0; run < 4; run += 1) await look(recorder);
    const ids = recorder.documents().map(({ nativeId }) => nativeId);
    expect(ids).toHaveLength(130);
    expect(new Set(ids).size).toBe(130);
  });

  it('names a bad message, and takes the others', async () => {
    await writeFile(join(folder, 'a.eml'), 'no mail');
    await put('b.eml', 'm1', { Date: 'some day' });
    await put('c.eml', 'm2');
    const { ids, rejected } = await look();
    expect(ids).toEqual(['m2']);
    expect(rejected.map(({ place, code }) => `${place.slice(-5)} ${code}`).sort()).toEqual([
      'a.eml bad_eml',
      'b.eml bad_time',
    ]);
  });

  it.each(['parser_unavailable', 'eml_busy'])(
    'names a message that takes too long, and tries again after %s',
    async (code) => {
      await put('a.eml', 'm1', { Subject: 'slow' });
      await put('b.eml', 'm2', { Subject: 'unlucky' });
      await put('c.eml', 'm3');
      let starts = 0;
      const refused = (of: string) => ({ ok: false, code: of, message: `${of}.` }) as const;
      const readEml: typeof readEmlHere = async (bytes) => {
        const text = Buffer.from(bytes).toString();
        if (text.includes('slow')) return refused('eml_deadline');
        if (text.includes('unlucky') && (starts += 1) === 1) return refused(code);
        return readEmlHere(bytes);
      };
      const { ids, rejected, reasons } = await look(recordDeliveries(), [() => Promise.resolve()], {
        readEml,
      });
      expect(rejected.map(({ place, code }) => `${place.slice(-5)} ${code}`)).toEqual(['a.eml eml_deadline']);
      expect(ids).toEqual(['m3', 'm2']);
      expect(reasons).toEqual([`${code}.`, null]);
    },
  );

  // Its memory is a regular file that gives EIO, as a bad disk does.
  it.runIf(process.platform === 'linux')(
    'is degraded by a file that cannot be read, while the others go on',
    async () => {
      const { reasons, rejected } = await look(recordDeliveries(), [], { path: '/proc/self/m*' });
      expect(reasons).toEqual([expect.stringMatching(/self\/mem cannot be read to its end \(EIO/)]);
      expect(rejected.map(({ place }) => place)).toContain('/proc/self/maps');
    },
  );

  it('takes a message that comes while the clock is set back a little', async () => {
    for (const name of ['early', 'late']) await mkdir(join(folder, name));
    await put('early/b.eml', 'm2');
    await put('late/a.eml', 'm1');
    const path = join(folder, 'now');
    await symlink(join(folder, 'late'), path);
    const toEarly = async () => {
      await unlink(path);
      await symlink(join(folder, 'early'), path);
    };
    expect((await look(recordDeliveries(), [toEarly], { path })).ids).toEqual(['m1', 'm2']);
  });

  it('says when the clock is behind what was taken', async () => {
    const recorder = recordDeliveries();
    await put('a.eml', 'm1');
    await look(recorder);
    const [name = ''] = recorder.cursors.keys();
    recorder.cursors.set(name, JSON.stringify({ changedNs: '2000000000000000000', path: 'a' }));
    const { reasons } = await look(recorder, [], { at: '2026-01-01T00:00:00Z' });
    expect(reasons).toEqual([expect.stringMatching(/The clock is behind/)]);
  });
});

describe('the cursor of a folder of messages', () => {
  const place = (seconds: number) => ({
    changedNs: BigInt(seconds) * 1_000_000_000n,
    path: `${seconds}.eml`,
  });

  it('keeps the files of two minutes, at most 500', () => {
    const cursor = movedOn(null, [place(0), place(1_000), place(1_100)], null);
    expect([0, 500, 1_000, 1_050].map((seconds) => isNew(place(seconds), cursor))).toEqual([
      false,
      true,
      false,
      true,
    ]);
    const many = Array.from({ length: 900 }, (_, n) => ({ ...place(1_200), path: String(1_000 + n) }));
    expect(movedOn(cursor, many, null).taken).toHaveLength(MAX_TAKEN);
  });

  it('stays before a file that is to be tried again', () => {
    const cursor = movedOn(null, [place(0), place(1_000), place(5_000)], place(900));
    expect([0, 900, 1_000, 5_000].map((seconds) => isNew(place(seconds), cursor))).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });
});
