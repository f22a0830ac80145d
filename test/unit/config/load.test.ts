import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { defaultYaml, describeOptions, optionsTable } from '../../../config/describe-config.js';
import { InvalidConfigError, loadConfig, redactedConfig } from '../../../config/load.js';
import type { ConfigInput } from '../../../config/schema.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(text: string | Uint8Array): Promise<string> {
  const file = join(folder, 'config.yaml');
  await writeFile(file, text);
  return file;
}

const load = async (text: string, env: Record<string, string> = {}, overrides: ConfigInput = {}) =>
  loadConfig({ file: await written(text), env, overrides });

async function problemsOf(text: string | Uint8Array, env: Record<string, string> = {}) {
  const error: unknown = await loadConfig({ file: await written(text), env }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InvalidConfigError);
  return (error as InvalidConfigError).problems;
}

describe('loading a configuration', () => {
  it('is the demo without a file, and the file of defaults says the same', async () => {
    const demo = await loadConfig({ file: null, env: {} });
    expect(demo.sources).toEqual([{ type: 'demo', id: 'demo', seed: 1, enabled: true }]);
    expect(await loadConfig({ file: 'config/default.yaml', env: {} })).toEqual(demo);
  });

  it('has no source but the webhook when the file names none', async () => {
    expect((await load('http:\n  port: 1\n')).sources).toEqual([]);
    expect((await load('')).sources).toEqual([]);
  });

  it('lets flags win over the environment, and the environment over the file', async () => {
    const env = {
      BELLWETHER_HTTP__PORT: '2',
      BELLWETHER_HTTP__MAX_BODY_BYTES: '4096',
      BELLWETHER_LANGUAGES: '[zh]',
    };
    const config = await load('http: {port: 1, host: 127.0.0.9}\nlanguages: [en]', env, {
      http: { port: 3 },
    });
    expect(config.http).toMatchObject({ port: 3, host: '127.0.0.9', maxBodyBytes: 4096 });
    expect(config.languages).toEqual(['zh']);
  });

  it('takes an empty section as its defaults', async () => {
    expect((await load('http:\nmetrics:\n')).http.port).toBe(8420);
  });

  const broken: readonly [string, string, string, number | null, RegExp][] = [
    ['an unknown section', 'htp: {}', 'htp', 1, /Did you mean http\?/],
    ['an unknown option', 'http:\n  prot: 1', 'http.prot', 2, /Did you mean port\?/],
    ['a number out of range', 'http:\n  port: 99999', 'http.port', 2, /whole number from 0 to 65535/],
    ['text for a number', 'http:\n  port: many', 'http.port', 2, /whole number/],
    [
      'an unknown choice',
      'models:\n  sentiment: gpt',
      'models.sentiment',
      2,
      /lexicon, ngram, .* or imported-NAME/,
    ],
    [
      'an endpoint that nobody may ask',
      'clickhouse:\n  listen: {enabled: true}',
      'clickhouse.listen.password',
      2,
      /env:NAME/,
    ],
    ['another store', 'clickhouse:\n  url: mysql://ch', 'clickhouse.url', 2, /chdb:/],
    ['another log', 'log:\n  url: kafka://k', 'log.url', 2, /kafka:/],
    [
      'messages without an id',
      'sources:\n  - {type: kafka, id: a, name: A, brokers: "kafka://h:1", topic: t, mapping: {title: x}}',
      'sources[0].mapping',
      2,
      /nativeId/,
    ],
    ['another mail', 'mail:\n  url: smtp://m', 'mail.url', 2, /Use outbox:/],
    ['a missing address', 'sources:\n  - type: rss\n    id: a\n    name: A', 'sources[0].url', 2, /Add it/],
    [
      'an unknown encoding',
      'sources:\n  - type: files\n    id: crm\n    name: CRM\n    path: x\n    encoding: utf8',
      'sources[0].encoding',
      6,
      /Did you mean utf-8\? Use utf-8, gbk, /,
    ],
    ['an unknown type of source', 'sources:\n  - type: ftp', 'sources[0].type', 2, /Use one of demo, .*rss/],
    [
      'a poll that is too frequent',
      'sources:\n  - {type: rss, id: a, name: A, url: "https://a.b", everySeconds: 5}',
      'sources[0].everySeconds',
      2,
      /from 60/,
    ],
    ['a secret in the file', 'webhook:\n  token: hunter2', 'webhook.token', 2, /\$\{env:NAME\}/],
    ['a secret that is not set', 'webhook:\n  token: ${env:NOPE}', 'webhook.token', null, /Set it/],
    ['a secret file that is not there', 'webhook:\n  token: {file: nope}', 'webhook.token', null, /path/],
    ['broken YAML', 'http: [', '', 1, /line/],
    ['a key twice', 'http: {}\nhttp: {}', '', 2, /line/],
    ['a list', '- a', '', 1, /options/],
  ];
  it.each(broken)('names place and fix of %s', async (_, text, path, line, fix) => {
    const [problem, ...others] = await problemsOf(text);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ path, line });
    expect(problem?.fix).toMatch(fix);
  });

  const refused: readonly [string, string, string][] = [
    ['an open webhook on a reachable address', 'http: {host: 0.0.0.0}', 'http.host'],
    [
      'two sources of one id',
      'sources:\n  - &a {type: rss, id: a, name: A, url: "https://a.b"}\n  - *a',
      'sources[1].id',
    ],
    [
      'the demo beside a feed',
      'sources: [{type: demo}, {type: rss, id: a, name: A, url: "https://a.b"}]',
      'sources[0]',
    ],
    ['a log that what is done would fill', 'log: {maxBytes: 5000000000}', 'log.maxBytes'],
    ['EDGAR without a contact', 'sources: [{type: edgar, id: e, name: E}]', 'fetch.contact'],
    ['a contact that is none', 'fetch: {contact: "the desk"}', 'fetch.contact'],
    ['one port for two servers', 'http: {port: 7}\nmetrics: {port: 7}', 'metrics.port'],
    [
      'a rule that would flutter',
      'alerts: {rules: [{id: a, threshold: 2, clearThreshold: 2}]}',
      'alerts.rules[0].clearThreshold',
    ],
    [
      'a budget without a price',
      'telemetry: {cost: {budgetPerThousand: 0.5}}',
      'telemetry.cost.budgetPerThousand',
    ],
  ];
  it.each(refused)('refuses %s', async (_, text, path) => {
    expect((await problemsOf(text)).map((problem) => problem.path)).toEqual([path]);
  });

  it('allows a reachable address with a token', async () => {
    const config = await load('http: {host: 0.0.0.0}\nwebhook: {token: "${env:BELLWETHER_TOKEN}"}', {
      BELLWETHER_TOKEN: 'x',
    });
    expect(config.webhook.token?.reveal()).toBe('x');
  });

  it('shows all problems at once, those of the environment too', async () => {
    const env = { BELLWETHER_HTTP__PROT: '1', BELLWETHER_HTTP: '2', BELLWETHER_METRICS__PORT: 'x' };
    const paths = (await problemsOf('a: 1\nmail: {to: nobody}\nhttp: {port: -1}', env)).map(
      ({ path }) => path,
    );
    expect(paths.sort()).toEqual(
      ['BELLWETHER_HTTP', 'BELLWETHER_HTTP__PROT', 'a', 'http.port', 'mail.to', 'metrics.port'].sort(),
    );
  });

  it.each([
    ['is not there', () => join(folder, 'absent.yaml'), /does not exist/],
    ['is a folder', () => folder, /is a folder/],
  ])('says so when the file %s', async (_, file, words) => {
    await expect(loadConfig({ file: file(), env: {} })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(words) as string,
    });
  });

  it('refuses bytes that are not UTF-8, and aliases that explode', async () => {
    expect((await problemsOf(Uint8Array.of(0x61, 0x3a, 0xff)))[0]?.problem).toMatch(/UTF-8/);
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefgh'.split('').map((name, index) => {
        const before = 'abcdefg'.charAt(index);
        return `${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`;
      }),
    ].join('\n');
    expect((await problemsOf(bomb))[0]?.problem).toMatch(/aliases/);
  });
});

describe('two servers on one port', () => {
  const servers = (http: string, metrics: string) =>
    `http: {host: "${http}", port: 9000}\nmetrics: {host: "${metrics}", port: 9000}\nwebhook: {enabled: false}\nsources: []`;

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['127.0.0.1', '::'],
  ])('are refused on %s and %s', async (http, metrics) => {
    expect(await problemsOf(servers(http, metrics))).toMatchObject([{ path: 'metrics.port', line: 2 }]);
  });

  it('are taken on two addresses', async () => {
    expect((await load(servers('127.0.0.1', '127.0.0.2'))).metrics.port).toBe(9000);
  });

  it('are refused for the SQL endpoint, too, when it is served', async () => {
    const listen = (enabled: boolean) =>
      `http: {port: 9000}\nclickhouse: {listen: {enabled: ${String(enabled)}, port: 9000, password: "\${env:P}"}}`;
    const env = { P: 'twelve letters' };
    expect(await problemsOf(listen(true), env)).toMatchObject([{ path: 'clickhouse.listen.port' }]);
    expect((await load(listen(false), { P: 'p' })).http.port).toBe(9000);
  });
});

describe('secrets', () => {
  it('are read from the environment or from a file beside the configuration', async () => {
    await writeFile(join(folder, 'key'), 'of a file, long enough\n');
    const config = await load('privacy: {authorKey: {file: key}}', { BELLWETHER_WEBHOOK__TOKEN: 'of-env' });
    expect(config.privacy.authorKey?.reveal()).toBe('of a file, long enough');
    expect(config.webhook.token?.reveal()).toBe('of-env');
  });

  it('are refused where a key could be guessed, without being told', async () => {
    const problems = await problemsOf('privacy: {authorKey: "${env:SHORT}"}', { SHORT: 'hunter2' });
    expect(problems[0]).toMatchObject({ path: 'privacy.authorKey', line: 1 });
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('are never printed, nor are those in addresses', async () => {
    const config = await load(
      'sources: [{type: rss, id: a, name: A, url: "https://me:hunter2@a.b/f?apikey=hunter2&lang=en"}]',
      { BELLWETHER_WEBHOOK__TOKEN: 'hunter2' },
    );
    const token = String(config.webhook.token);
    expect([token, JSON.stringify(config.webhook), inspect(config.webhook)].join()).not.toContain('hunter2');
    const printed = JSON.stringify(redactedConfig(config));
    expect(printed).not.toContain('hunter2');
    expect(printed).toContain('lang=en');
  });

  it('are not repeated in the message about a misplaced one', async () => {
    const [problem] = await problemsOf('webhook: {token: hunter2}');
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });
});

describe('the documentation of options', () => {
  it('is config/default.yaml, word for word', async () => {
    expect(await readFile('config/default.yaml', 'utf8')).toBe(defaultYaml());
  });

  it('has words for every option', () => {
    for (const { path, doc } of describeOptions()) expect(doc, path).not.toBe('');
    expect(optionsTable()).toContain(
      '| `sources[].everySeconds` | a whole number from 60 to 86400 | `300` |',
    );
  });
});

describe('the configuration to go live', () => {
  it('is valid and polls each feed politely, with its terms', async () => {
    const config = await loadConfig({ file: 'config/live.yaml', env: {} });
    expect(config.sources.length).toBeGreaterThanOrEqual(8);
    for (const source of config.sources) {
      if (source.type !== 'rss') throw new Error('only feeds may stand there');
      expect(source.everySeconds).toBeGreaterThanOrEqual(300);
      expect(source.licence).not.toBeNull();
      expect(new URL(source.url).protocol).toBe('https:');
    }
  });
});
