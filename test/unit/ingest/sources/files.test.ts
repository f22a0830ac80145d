import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { readCsvRows } from '../../../../ingest/sources/files/read-csv-rows.js';
import { openFile } from '../../../../ingest/sources/files/open-file.js';
import { createFilesSource, type FilesSourceOptions } from '../../../../ingest/sources/files/files.js';
import type { RejectedItem } from '../../../../ingest/source.js';
import { CancelledError, UnavailableError } from '../../../../pipeline/core/errors.js';
import { fakeClock, recordDeliveries, type DeliveryRecorder } from '../../../support/ingest.js';
import { leastProcessorMs } from '../../../support/processor-time.js';

const root = await mkdtemp(join(tmpdir(), 'files-source-'));
afterAll(() => rm(root, { recursive: true, force: true }));
let folder: string;
let count = 0;
beforeEach(async () => {
  count += 1;
  folder = join(root, String(count));
  await mkdir(folder);
});

interface Looks {
  readonly recorder?: DeliveryRecorder;
  /** Before each look but the first. */
  readonly between?: readonly (() => Promise<void>)[];
  readonly options?: Partial<FilesSourceOptions>;
}

/** Looks once, and once more after each step. */
async function look({ recorder = recordDeliveries(), between = [], options = {} }: Looks = {}) {
  const rejected: RejectedItem[] = [];
  const states: string[] = [];
  const stop = new AbortController();
  const steps = [...between];
  const source = createFilesSource({
    source: { id: 'crm', kind: 'feedback', name: 'CRM', licence: null, credibility: 0.5 },
    path: folder,
    format: 'auto',
    delimiter: null,
    header: true,
    encoding: null,
    mapping: { nativeId: 'id', text: 'text', publishedAt: 'at' },
    intervalMs: 1_000,
    readCursor: recorder.readCursor,
    clock: {
      ...fakeClock('2026-03-31T12:00:00Z'),
      sleep: async () => {
        const { state, reason } = source.status();
        states.push(reason === null ? state : `${state}: ${reason}`);
        const step = steps.shift();
        if (step === undefined) stop.abort();
        else await step();
      },
    },
    onRejected: (item) => rejected.push(item),
    ...options,
  });
  await source.run(recorder.deliver, stop.signal);
  return {
    recorder,
    rejected,
    states,
    source,
    texts: recorder.documents().map(({ nativeId, text }) => `${nativeId} ${text}`),
  };
}

const AT = '2026-03-30T10:00:00Z';
const write = (name: string, content: string | Buffer) => writeFile(join(folder, name), content);
const again = () => Promise.resolve();

describe('a mapping that wants what is not there', () => {
  const mapping = {
    nativeId: 'id',
    text: { template: '{text} {Mesage}' },
    publishedAt: { path: 'at', time: 'local' },
    author: { path: 'who', default: '' },
    language: { first: ['Langage', 'Sprache'] },
    extra: { note: 'note' },
  } as const;

  it('is named with the columns of the table and the nearest one, and its rows wait for the corrected one', async () => {
    await write('a.csv', `id,text,at,Message,Language\n1,Late,${AT},m,en\n`);
    const recorder = recordDeliveries();
    const { states, texts, rejected } = await look({ options: { mapping }, recorder });
    expect(states).toEqual([
      `degraded: ${join(folder, 'a.csv')}: text of the mapping wants "Mesage"; language of the mapping wants "Langage" or "Sprache". ` +
        'The table has the columns "id", "text", "at", "Message", "Language". Did you mean "Message", "Language"?',
    ]);
    expect([texts, rejected]).toEqual([[], []]);
    const corrected = { ...mapping, text: '["Message"]', language: 'Language' };
    expect((await look({ options: { mapping: corrected }, recorder })).texts).toEqual(['1 m']);
  });

  it('is named for JSON lines when no row has what no item can do without', async () => {
    await write(
      'a.jsonl',
      `{"id":"1","text":"Late","dat":"${AT}"}\n{"id":"2","text":"Fine","dat":"${AT}","x":1}\n`,
    );
    const { states, rejected } = await look({
      options: { mapping: { nativeId: 'id', text: 'text', publishedAt: 'date', author: 'who' } },
    });
    expect(states[0]).toContain(
      'a.jsonl: publishedAt of the mapping wants "date". The rows have "id", "text", "dat", "x". Did you mean "dat"?',
    );
    expect(rejected).toEqual([]);
  });

  it('does not hold up JSON lines where any row has it, nor rows that are lists', async () => {
    await write('a.jsonl', `{"id":"1","text":"Late"}\n{"id":"2","text":"Fine","at":"${AT}"}\n`);
    await write('b.jsonl', `["3","Good","${AT}"]\n`);
    const { texts, rejected } = await look();
    expect(texts).toEqual(['2 Fine']);
    expect(rejected).toHaveLength(2);
  });
});

describe('tables', () => {
  it('are read by the names of their columns: quotes, line ends in quotes, blank rows, a byte order mark', async () => {
    await write(
      'a.csv',
      `\ufeffid,text,at\r\n1,"Late, ""again""\r\nand broken",${AT}\r\n\r\n2,Fine,${AT}\r\n`,
    );
    expect((await look()).texts).toEqual(['1 Late, "again"\nand broken', '2 Fine']);
  });

  it('without a header are read by the numbers of their columns', async () => {
    await write('a.tsv', `1\tFine\t${AT}\n`);
    const options = { header: false, mapping: { nativeId: '[0]', text: '[1]', publishedAt: '[2]' } };
    expect((await look({ options })).texts).toEqual(['1 Fine']);
  });

  it('in GBK and in UTF-8 are told apart', async () => {
    const gbk = Buffer.from([
      0xb5, 0xbd, 0xbb, 0xf5, 0xba, 0xdc, 0xc2, 0xfd, 0xa3, 0xac, 0xb2, 0xbb, 0xc2, 0xfa, 0xd2, 0xe2,
    ]);
    await write('a.csv', Buffer.concat([Buffer.from('id,text,at\n1,'), gbk, Buffer.from(`,${AT}\n`)]));
    await write('b.csv', `id,text,at\n2,到货很慢,${AT}\n`);
    expect((await look()).texts).toEqual(['1 到货很慢，不满意', '2 到货很慢']);
  });

  it('give the same rows wherever their bytes are cut', async () => {
    const rows = Array.from({ length: 3_000 }, (_, n) => `${n},"很慢 ""x"" ${'y'.repeat(n % 90)}",${AT}\r\n`);
    await write('a.csv', `id,text,at\r\n${rows.join('')}`);
    const { recorder, rejected } = await look();
    expect(rejected).toEqual([]);
    expect(recorder.documents()).toHaveLength(3_000);
    expect(recorder.deliveries.every(({ documents }) => documents.length <= 500)).toBe(true);
  });

  it('name a bad row with its number, and go on: fields too many, no time, a quote that is never closed', async () => {
    await write(
      'a.csv',
      `id,text,at\n1,ok,${AT}\n2,too,many,${AT},x\n3,no time,soon\n4,"open,${AT}\n5,ok,${AT}\n`,
    );
    const { texts, rejected, states } = await look({ between: [again] });
    expect(texts).toEqual(['1 ok', '5 ok']);
    expect(rejected.map(({ place, code }) => `${place.split('/').at(-1) ?? ''} ${code}`)).toEqual([
      'a.csv:3 csv_columns',
      'a.csv:4 bad_time',
      'a.csv:5 csv_row',
    ]);
    expect(states).toEqual(['ok', 'ok']);
  });

  it('tell a bad row once, after the delivery that it belongs to', async () => {
    await write('a.csv', `id,text,at\n1,ok,${AT}\n2,no time,soon\n`);
    const recorder = recordDeliveries((_, index) => {
      if (index === 0 && failures++ === 0)
        throw new UnavailableError('log_full', 'The log is full.', { retriable: true });
    });
    let failures = 0;
    const { rejected, states, source } = await look({ recorder, between: [again, again] });
    expect(states).toEqual(['degraded: The log is full.', 'ok', 'ok']);
    expect(rejected.map(({ code }) => code)).toEqual(['bad_time']);
    expect(source.status()).toMatchObject({ delivered: 1, rejected: 1 });
  });

  it('withstand a row of 2 MB', async () => {
    await write('a.csv', `id,text,at\n1,"${'x'.repeat(2_000_000)}",${AT}\n2,ok,${AT}\n`);
    const { texts, rejected } = await look();
    expect(texts).toEqual(['2 ok']);
    expect(rejected).toMatchObject([{ code: 'csv_row' }]);
  });

  it('that are none are given up with the reason, and other files go on', async () => {
    await write('a.csv', `id,text,at\n${'"\n'.repeat(301)}`);
    await write('b.csv', Buffer.from(`\ufeffid,text\n`, 'utf16le'));
    await write('c.csv', `id,text,at\n1,ok,${AT}\n`);
    const { texts, states } = await look({ between: [again] });
    expect(texts).toEqual(['1 ok']);
    expect(states[0]).toMatch(/b\.csv is UTF-16\. Save it as UTF-8/);
  });
});

describe('JSON lines', () => {
  it('are read, packed or not; a bad line is named', async () => {
    const line = (id: string) => `${JSON.stringify({ id, text: 'ok', at: AT })}\n`;
    await write('a.jsonl', `${line('1')}{"id":\n${line('2')}`);
    await write('b.jsonl.gz', gzipSync(line('3')));
    const { texts, rejected } = await look();
    expect(texts).toEqual(['1 ok', '2 ok', '3 ok']);
    expect(rejected).toMatchObject([{ place: `${folder}/a.jsonl:2`, code: 'bad_json' }]);
  });

  it('of a damaged packing are taken as far as they can be read, and it is told', async () => {
    const lines = Array.from(
      { length: 5_000 },
      (_, n) => `${JSON.stringify({ id: n, text: `${n}`, at: AT })}\n`,
    ).join('');
    const packed = gzipSync(lines);
    await write('a.jsonl.gz', packed.subarray(0, packed.length - 2_000));
    const { texts, states } = await look();
    expect(texts.length).toBeGreaterThan(100);
    expect(states[0]).toMatch(/^degraded: .*cannot be read to its end/);
  });
});

describe('files that change', () => {
  it('are read once: an import that is repeated changes nothing', async () => {
    await write('a.csv', `id,text,at\n1,ok,${AT}\n`);
    const { recorder } = await look({ between: [again] });
    const before = recorder.deliveries.length;
    expect((await look({ recorder })).recorder.deliveries).toHaveLength(before);
  });

  it('are followed while they grow; a row without its end waits until the file rests', async () => {
    await write('a.csv', `id,text,at\n1,ok,${AT}\n2,ha`);
    const path = join(folder, 'a.csv');
    const taken: number[] = [];
    const recorder = recordDeliveries();
    const note = () => taken.push(recorder.documents().length);
    const { texts, rejected } = await look({
      recorder,
      between: [
        async () => {
          note();
          await appendFile(path, `lf,${AT}\n3,x,${AT}`);
        },
        () => {
          note();
          return Promise.resolve();
        },
      ],
    });
    expect(taken).toEqual([1, 2]);
    expect(texts).toEqual(['1 ok', '2 half', '3 x']);
    expect(rejected).toEqual([]);
  });

  it('are read from the beginning when another file has their name', async () => {
    await write('a.csv', `id,text,at\n1,ok,${AT}\n2,ok,${AT}\n`);
    const { texts } = await look({
      between: [() => write('a.csv', `id,text,at\n7,new one,${AT}\n8,ok,${AT}\n9,ok,${AT}\n`)],
    });
    expect(texts).toEqual(['1 ok', '2 ok', '7 new one', '8 ok', '9 ok']);
  });

  it.each(['a.csv', 'a.csv.gz'])(
    'are read from the beginning when another with the same long header has their name: %s',
    async (name) => {
      const table = (rows: readonly string[]) => {
        const text = [`id,text,at,${'x'.repeat(300)}`, ...rows.map((row) => `${row},${AT},`), ''].join('\n');
        return name.endsWith('.gz') ? gzipSync(text) : text;
      };
      await write(name, table(['1,ok', '2,ok']));
      const { texts, states } = await look({
        between: [
          again,
          () => write(name, table(['7,new', '8,ok', '9,ok', '10,ok'])),
          again,
          () => write(name, table(['7,new', '8,ok', '9,ok', '10,ok', '11,more'])),
        ],
      });
      expect(texts).toEqual(['1 ok', '2 ok', '7 new', '8 ok', '9 ok', '10 ok', '11 more']);
      expect(new Set(states)).toEqual(new Set(['ok']));
    },
  );

  it.each(['a.csv', 'a.jsonl', 'a.jsonl.gz'])('go on after a kill where they were: %s', async (name) => {
    const rows = Array.from({ length: 1_700 }, (_, n) => n);
    const text = name.includes('csv')
      ? `id,text,at\n${rows.map((n) => `${n},"row ${n}",${AT}\n`).join('')}`
      : rows.map((n) => `${JSON.stringify({ id: n, text: `row ${n}`, at: AT })}\n`).join('');
    await write(name, name.endsWith('.gz') ? gzipSync(text) : text);
    let deliveries = 0;
    const recorder = recordDeliveries(() => {
      deliveries += 1;
      if (deliveries % 2 === 0) throw new CancelledError('cancelled', 'Killed.');
    });
    for (let run = 0; run < 6; run += 1) await look({ recorder });
    const ids = recorder.documents().map(({ nativeId }) => Number(nativeId));
    expect(ids).toEqual(rows);
  });

  it('may be moved away; links to elsewhere are not followed', async () => {
    await write('a.csv', `id,text,at\n1,ok,${AT}\n`);
    await writeFile(join(root, 'secret.csv'), `id,text,at\n66,secret,${AT}\n`);
    await symlink(join(root, 'secret.csv'), join(folder, 'b.csv'));
    const { texts, states } = await look({
      between: [() => rename(join(folder, 'a.csv'), join(root, 'moved.csv'))],
    });
    expect(texts).toEqual(['1 ok']);
    expect(states).toEqual(['ok', 'ok']);
  });

  it('are not opened when a link or a pipe took their name after they were found, unless a person named them', async () => {
    await write('a.csv', 'id');
    const [link, pipe] = [join(folder, 'link.csv'), join(folder, 'pipe.csv')];
    await symlink(join(folder, 'a.csv'), link);
    execFileSync('mkfifo', [pipe]);
    await expect(openFile({ path: link, named: false })).rejects.toThrow(/ELOOP/);
    await expect(openFile({ path: pipe, named: false })).rejects.toThrow(/no regular file/);
    await (await openFile({ path: link, named: true })).close();
  });

  it('are chosen by a pattern; a path that is not there is told until it is', async () => {
    await write('sales-1.csv', `id,text,at\n1,ok,${AT}\n`);
    await write('other.csv', `id,text,at\n2,ok,${AT}\n`);
    expect((await look({ options: { path: join(folder, 'sales-?.csv') } })).texts).toEqual(['1 ok']);
    const later = join(folder, 'later');
    const { states } = await look({
      options: { path: later },
      between: [
        async () => {
          await mkdir(later);
        },
      ],
    });
    expect(states).toEqual([expect.stringMatching(/^degraded: .*later cannot be read/), 'ok']);
  });
});

describe('T8, T9: hostile tables', () => {
  const read = (bytes: Buffer) => async () => {
    const chunks = (async function* () {
      await Promise.resolve();
      yield bytes;
    })();
    const rows = readCsvRows(chunks, { delimiter: ',', columns: null, decode: String, firstNumber: 1 });
    let next = await rows.next();
    while (next.done !== true) next = await rows.next();
  };

  it.each(['"', ',', '","', 'a"', '""', '\r', '=1+1,'])('50 kB of %j take at most 50 ms', async (part) => {
    const bytes = Buffer.from(part.repeat(Math.ceil(50_000 / part.length)));
    expect(await leastProcessorMs(read(bytes), { runs: 10 })).toBeLessThan(50);
  });

  // 12,500 rows take 38 to 55 ms, and 200 to 500 ms when their lengths differ: csv-parse makes an error of each such row.
  it.each(['\n"', 'a\n,\n'])(
    '50 kB of rows like %j miss the 50 ms, but grow in step with their length',
    async (part) => {
      const least = (bytes: number) => leastProcessorMs(read(Buffer.from(part.repeat(bytes / part.length))));
      expect(await least(40_000)).toBeLessThan(10 * (await least(10_000)));
    },
  );

  it('a column called __proto__ changes no object', async () => {
    await write('a.csv', `id,__proto__,text,at\n1,x,ok,${AT}\n`);
    expect((await look()).texts).toEqual(['1 ok']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
