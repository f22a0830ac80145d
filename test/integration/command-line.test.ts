import { createServer } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runCommand, temporaryFolder } from '../support/service.js';

const COMMANDS = [
  'start',
  'replay',
  'rehearse',
  'classify',
  'parse-feed',
  'evaluate',
  'evaluate behaviour',
  'evaluate domain',
  'evaluate language',
  'evaluate linking',
  'instruments import',
  'evaluate peers',
  'evaluate robustness',
  'evaluate stories',
  'stories',
  'train ngram',
  'models list',
  'models verify',
  'models import',
  'models serve',
  'reconcile',
  'check-config',
  'release-check',
  'doctor',
  'migrate',
];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string) => join(folder.path, name);
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

describe('the command line', () => {
  it('lists its commands without loading the service', async () => {
    const { code, out, seconds } = await runCommand(['--help']);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(out).toContain(`  ${command} `);
    expect(seconds).toBeLessThan(5);
  });

  it.each(COMMANDS)('explains %s with --help', async (command) => {
    const { code, out } = await runCommand([...command.split(' '), '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: bellwether ${command}`);
  });

  it.each([
    [['frobnicate'], /no command "frobnicate"/],
    [['start', '--colour', 'red'], /--colour/],
    [['start', '--port', 'eighty'], /--port takes a whole number/],
    [['start', '--sources', 'some'], /--sources takes one of none, demo/],
    [['replay'], /needs at least one FILE/],
    [['replay', '/nowhere/posts.jsonl', '--data', '/nowhere/data'], /posts\.jsonl does not exist/],
    [['rehearse'], /needs --stream/],
    [['evaluate', '--set', '/nowhere/set.jsonl'], /\/nowhere\/set\.jsonl/],
    [['evaluate', '--gate', '--data-directory', '/nowhere'], /\/nowhere holds no labelled/],
    [['evaluate', 'behaviour', '--suite', '/nowhere/suite.jsonl'], /\/nowhere\/suite\.jsonl cannot be read/],
    [['classify', '/nowhere/texts.txt'], /cannot be read/],
    [['evaluate', 'linking', '--set', '/nowhere/rows.jsonl'], /\/nowhere\/rows\.jsonl cannot be read/],
    [['instruments', 'import'], /takes one FILE/],
    [['instruments', 'import', '/nowhere/desk.csv'], /desk\.csv cannot be read/],
    [['reconcile', '--data', '/nowhere/data'], /no installation/],
  ])('answers wrong use %j with exit code 2 and the fix', async (args, words) => {
    const finished = await runCommand(args);
    expect(finished.words).toMatch(words);
    expect(finished.code).toBe(2);
  });

  it('shows all problems of a configuration at once, each with its line', async () => {
    await writeFile(at('broken.yaml'), 'http:\n  prot: 99\n  port: 70000\nmodels:\n  challenger: Tarot!\n');
    const { code, words } = await runCommand(['check-config', at('broken.yaml')]);
    expect(code).toBe(2);
    for (const part of ['prot', 'port', 'challenger']) expect(words).toContain(part);
  });

  it('prints a sound configuration without its secrets', async () => {
    await writeFile(at('sound.yaml'), 'webhook:\n  token: ${env:HOOK_TOKEN}\n');
    const { code, out } = await runCommand(['check-config', at('sound.yaml')], {
      env: { HOOK_TOKEN: 'open-sesame' },
    });
    expect(code).toBe(0);
    expect(out).toContain('[redacted]');
    expect(out).not.toContain('open-sesame');
  });

  it('classifies English and Chinese lines, and says which line it cannot read', async () => {
    const { code, out } = await runCommand(['classify'], {
      input: 'Boeing shares plunge after fraud probe\n比亚迪业绩超预期，股价大涨\n',
    });
    const [first, second] = out
      .trim()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as {
            language: string;
            sentiment: { label: string };
            mentions: { instrument: string }[];
          },
      );
    expect(code).toBe(0);
    expect(first).toMatchObject({ language: 'en', sentiment: { label: 'negative' } });
    expect(first?.mentions.map((mention) => mention.instrument)).toEqual(['BA.XNYS']);
    expect(second).toMatchObject({ language: 'zh', sentiment: { label: 'positive' } });
    const broken = await runCommand(['classify', '--input', 'jsonl'], {
      input: '{"text":"Profit rises"}\n{oops\n{"title":"Loss widens"}\n',
    });
    expect(broken.code).toBe(1);
    expect(broken.words).toMatch(/Line 2/);
    expect(broken.out.trim().split('\n')).toHaveLength(3);
  });

  it('answers an empty line too, so that lines out are lines in', async () => {
    const { code, out } = await runCommand(['classify'], { input: 'Profit rises\n\nLoss widens\n' });
    const flags = out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { flags: string[] }).flags);
    expect(code).toBe(0);
    expect(flags[1]).toContain('unclassified');
    expect(flags).toHaveLength(3);
  });

  it('gives the same scores alone and in a batch', async () => {
    const lines = ['Tesla recalls cars over a defect', 'Nike raises its outlook', '万科债券违约，股价跌停'];
    const together = (await runCommand(['classify'], { input: lines.join('\n') })).out.trim().split('\n');
    const alone = await Promise.all(
      lines.map(async (line) => (await runCommand(['classify'], { input: line })).out.trim()),
    );
    const scores = (line: string) => (JSON.parse(line) as { sentiment: unknown }).sentiment;
    expect(together.map(scores)).toEqual(alone.map(scores));
  });

  it('evaluates a labelled set with the figures that outside checks read', async () => {
    const rows = [
      { text: 'Shares plunge after profit warning', lang: 'en', sentiment: 'negative', source: 'own' },
      { text: 'Profit rises and the dividend is raised', lang: 'en', sentiment: 'positive', source: 'own' },
      { text: 'The annual meeting takes place on 4 May', lang: 'en', sentiment: 'neutral', source: 'own' },
    ];
    await writeFile(at('set.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    const { code, out } = await runCommand(['evaluate', '--set', at('set.jsonl'), '--json']);
    expect(code).toBe(0);
    const report = JSON.parse(out) as Record<string, unknown>;
    expect(report).toMatchObject({ n: 3, model: { name: 'ngram' }, topic: null, entities: null });
    expect(Object.keys(report['sentiment'] as object)).toEqual(
      expect.arrayContaining(['accuracy', 'macroF1', 'ece', 'perClass']),
    );
  });

  it("imports a desk's list, which linking then finds and evaluates", async () => {
    await writeFile(
      at('desk.csv'),
      'ticker,exchange,name,aliases\nZORB,NSE,Zorbatech Ltd.,Zorba\nBA,NYSE,Boeing,\n,,Boing Co,\n',
    );
    const imported = await runCommand([
      'instruments',
      'import',
      at('desk.csv'),
      '--output',
      at('desk.jsonl'),
    ]);
    expect(imported.code).toBe(0);
    expect(imported.out).toContain('3 rows: 1 matched, 1 added, 1 unmatched, 0 refused');
    expect(imported.out).toMatch(/Boing Co .*did you mean .*BA\.XNYS/);
    const rows = [
      { text: 'Zorbatech wins an order', entities: [{ name: 'Zorbatech' }] },
      { text: 'Boeing halts deliveries', entities: [{ name: 'Boeing' }, { name: 'Airbus' }] },
    ];
    await writeFile(at('rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    const args = ['--set', at('rows.jsonl'), '--instruments', at('desk.jsonl'), '--json'];
    const { code, out } = await runCommand(['evaluate', 'linking', ...args]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      rows: 2,
      labels: 2,
      links: 2,
      precision: 1,
      recall: 1,
      unlisted: 1,
    });
  });

  it('keeps what is piped in away from the store, which would take it for data', async () => {
    const row = { id: '1', source: 'desk', publishedAt: '2026-01-05T10:00:00Z', text: 'Profit rises' };
    await writeFile(at('one.jsonl'), JSON.stringify(row));
    const data = ['--data', at('piped')];
    const replayed = await runCommand(['replay', at('one.jsonl'), ...data], { input: 'yes\n{"a":1}\n' });
    expect(replayed).toMatchObject({ code: 0 });
    const books = await runCommand(['reconcile', '--json', ...data], { input: 'nothing to do with it\n' });
    expect(JSON.parse(books.out)).toMatchObject({ accepted: 1, stored: 1, difference: 0 });
  }, 60_000);

  it('says which port is in use and how to choose another', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        resolve((server.address() as { port: number }).port);
      });
    });
    const { code, words } = await runCommand([
      'start',
      '--sources',
      'none',
      '--data',
      at('port'),
      '--port',
      String(port),
    ]);
    server.close();
    expect(code).toBe(2);
    expect(words).toMatch(new RegExp(`port ${String(port)}: another program is using it.*--port`));
  });

  it('checks the machine and the parts', async () => {
    const { out } = await runCommand(['doctor', '--data', at('doctor'), '--port', '0', '--json']);
    const { findings } = JSON.parse(out) as { findings: { what: string; state: string }[] };
    for (const what of ['node', 'model', 'log', 'store', 'page']) {
      expect(findings.find((finding) => finding.what === what)).toMatchObject({ state: 'good' });
    }
  });
});
