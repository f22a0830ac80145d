import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadConfig } from '../../../../../config/load.js';
import { createSourceReload } from '../../../../../pipeline/app/source-life/reload-sources.js';
import { describeChanges } from '../../../../../pipeline/app/source-life/describe-changes.js';
import type { LivingStatus } from '../../../../../pipeline/app/source-life/living-source.js';
import type { ConfiguredSource } from '../../../../../pipeline/app/sources/source-kit.js';
import type { World } from '../../../../../pipeline/core/document.js';
import type { SwitchModel } from '../../../../../pipeline/app/switch-model.js';
import { ConfigError, RejectedError } from '../../../../../pipeline/core/errors.js';
import { silentLogger, type LogFields } from '../../../../../pipeline/telemetry/logger.js';

const FEED = (id: string) =>
  `  - { type: rss, id: ${id}, name: Feed ${id}, url: "https://${id}.example/feed" }\n`;
const KAFKA =
  '  - { type: kafka, id: t, name: T, topic: t, brokers: "kafka://b:9092", security: sasl_ssl, mechanism: PLAIN, username: u, password: { file: secret } }\n';

describe('a configuration that is read again', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bellwether-reload-'));
    file = join(folder, 'desk.yaml');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = async (
    text: string,
    world: World = 'live',
    env: Record<string, string> = {},
    switchModel: SwitchModel = () => Promise.resolve(null),
  ) => {
    await writeFile(file, text);
    const load = () => loadConfig({ file, env });
    const applied: (readonly ConfiguredSource[])[] = [];
    const logged: string[] = [];
    const causes: unknown[] = [];
    const log = (sentence: string, fields: LogFields = {}) => {
      logged.push(sentence);
      causes.push(fields['by']);
    };
    const looks: (() => void)[] = [];
    const reload = createSourceReload({
      switchModel,
      file: { path: file, load },
      config: await load(),
      world,
      life: {
        apply: (next) => {
          applied.push(next);
          return Promise.resolve({
            added: next.map(({ id }) => id),
            removed: [],
            restarted: [],
            leftStopped: [],
            unchanged: 0,
          });
        },
        statuses: () => [{ running: true } as LivingStatus],
      },
      clock: {
        sleep: () =>
          new Promise((resolve) => {
            looks.push(resolve);
          }),
      },
      logger: { ...silentLogger, info: log, error: log },
    });
    return { reload, applied, logged, causes, looks };
  };

  it('gives its sources, and names what else is another one and needs a restart', async () => {
    const { reload, applied, logged } = await open(`sources:\n${FEED('a')}`);
    await writeFile(
      file,
      `sources:\n${FEED('b')}http: { port: 9000 }\nalerts: { evaluateEverySeconds: 30 }\n`,
    );
    expect(await reload.reload('command')).toMatchObject({ added: ['b'], needRestart: ['http', 'alerts'] });
    expect(applied).toHaveLength(1);
    expect(logged).toEqual(['The configuration was read again.']);
  });

  it('changes nothing with anything wrong in it, and says all of it', async () => {
    const { reload, applied, logged } = await open(`sources:\n${FEED('a')}`);
    await writeFile(file, `sources:\n${FEED('a')}${FEED('a')}http: { port: many }\n`);
    await expect(reload.reload('command')).rejects.toThrow(/2 problems[^]*http\.port[^]*sources\[1\]\.id/);
    await writeFile(file, 'sources: [');
    await expect(reload.reload('command')).rejects.toThrow('problem');
    await rm(file);
    await expect(reload.reload('command')).rejects.toThrow(file);
    expect(applied).toEqual([]);
    expect(new Set(logged)).toEqual(
      new Set(['The configuration was not taken over; everything goes on as before.']),
    );
  });

  it('keeps worlds apart as at the start', async () => {
    const { reload, applied } = await open(`sources:\n${FEED('a')}`);
    await writeFile(file, `sources:\n  - { type: demo }\n`);
    await expect(reload.reload('command')).rejects.toThrow('The source demo (demo) belongs to another world');
    await writeFile(file, `sources:\n${FEED('a')}  - { type: demo }\n`);
    await expect(reload.reload('command')).rejects.toThrow('never mixed');
    expect(applied).toEqual([]);
    const { reload: demo } = await open('sources:\n  - { type: demo }\n', 'demo');
    await writeFile(file, `sources:\n${FEED('a')}`);
    await expect(demo.reload('command')).rejects.toThrow(
      'belongs to another world than this installation (demo)',
    );
    const { reload: replay, applied: none } = await open('sources: []\n', 'replay');
    await writeFile(file, `sources:\n${FEED('a')}`);
    await replay.reload('command');
    expect(none).toEqual([[]]);
  });

  it('has its model taken over, and says when only a restart can do that', async () => {
    const asked: [string, boolean][] = [];
    const from = { name: 'ngram', version: '1', sha256: '1' };
    const to = { name: 'lexicon', version: '2', sha256: '2' };
    const { reload } = await open(`sources:\n${FEED('a')}`, 'live', {}, (models, always) => {
      asked.push([models.sentiment, always]);
      return Promise.resolve(models.sentiment === 'lexicon' ? { from, to } : null);
    });
    await writeFile(file, `sources:\n${FEED('a')}models: { sentiment: lexicon }\n`);
    const result = await reload.reload('command');
    expect(result).toMatchObject({ model: { from, to }, needRestart: [] });
    expect(describeChanges(result)[0]).toBe('The model is lexicon 2 from now on (before: ngram 1).');
    await reload.reload('signal');
    await writeFile(file, `sources:\n${FEED('a')}models: { sentiment: encoder }\n`);
    // As in a process that only takes documents in.
    expect(await reload.reload('command')).toMatchObject({ model: null, needRestart: ['models'] });
    expect(asked).toEqual([
      ['lexicon', true],
      ['lexicon', false],
      ['encoder', true],
    ]);
  });

  it('changes nothing when its model is refused', async () => {
    const { reload, applied, logged } = await open(`sources:\n${FEED('a')}`, 'live', {}, () =>
      Promise.reject(new RejectedError('model_corrupt', 'en.onnx: the SHA-256 is another one.')),
    );
    await writeFile(file, `sources:\n${FEED('b')}models: { sentiment: encoder }\n`);
    await expect(reload.reload('command')).rejects.toThrow('en.onnx');
    expect(applied).toEqual([]);
    expect(logged).toEqual(['The configuration was not taken over; everything goes on as before.']);
  });

  it('has a file of expert rules taken over when it changes, once for each change, a broken one not', async () => {
    const rules = join(folder, 'rules.yaml');
    await writeFile(rules, 'rules: []');
    let asked = 0;
    const { reload, logged, looks } = await open(
      `sources:\n${FEED('a')}models: { rules: { files: [${rules}] } }\n`,
      'live',
      {},
      async () => {
        asked += 1;
        if ((await readFile(rules, 'utf8')).includes('broken'))
          throw new ConfigError('rules_invalid', `The file of expert rules ${rules} has a problem.`);
        return null;
      },
    );
    const stop = new AbortController();
    const watching = reload.watch(stop.signal);
    while (looks.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const lookTwice = async () => {
      for (let n = 0; n < 3; n += 1) {
        const count = looks.length;
        looks.at(-1)?.();
        while (looks.length === count) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await lookTwice();
    expect(asked).toBe(0);
    await writeFile(rules, 'rules: [another]');
    await lookTwice();
    expect([asked, logged]).toEqual([1, ['The configuration was read again.']]);
    await writeFile(rules, 'rules: [broken one]');
    await lookTwice();
    await lookTwice();
    expect([asked, logged.at(-1)]).toEqual([
      2,
      'The configuration was not taken over; everything goes on as before.',
    ]);
    stop.abort();
    looks.at(-1)?.();
    await watching;
  });

  it('has its secrets as they are now', async () => {
    await writeFile(join(folder, 'secret'), 'one');
    const { reload, applied } = await open(`sources:\n${KAFKA}`);
    await writeFile(join(folder, 'secret'), 'two');
    await reload.reload('command');
    const [entry] = applied[0] ?? [];
    expect(entry?.type === 'kafka' ? entry.password?.reveal() : null).toBe('two');
    expect((await reload.reload('command')).needRestart).toEqual([]);
  });

  it('says that secrets from the environment are as at the start, and how to change them', async () => {
    const entry = KAFKA.replace('{ file: secret }', '"${env:DESK_SECRET}"');
    const { reload } = await open(`sources:\n${entry}`, 'live', { DESK_SECRET: 'one-secret' });
    const result = await reload.reload('command');
    expect(result.variablesAsAtStart).toEqual(['DESK_SECRET']);
    const words = describeChanges(result).join('\n');
    expect(words).toContain('read only when the process starts: after a change of DESK_SECRET restart it');
    expect(words).not.toContain('one-secret');
    await writeFile(file, `sources:\n${entry.replace('DESK_SECRET', 'NEW_SECRET')}`);
    await expect(reload.reload('command')).rejects.toThrow(
      /NEW_SECRET, which is not set.*start the process anew/,
    );
  });

  it('is taken by itself when the file has changed and stood still for one look', async () => {
    const { reload, applied, logged, causes, looks } = await open(`sources:\n${FEED('a')}`);
    const stop = new AbortController();
    const watching = reload.watch(stop.signal);
    const look = async () => {
      const count = looks.length;
      looks.at(-1)?.();
      while (looks.length === count) await new Promise((resolve) => setImmediate(resolve));
    };
    while (looks.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await look();
    await writeFile(file, `sources:\n${FEED('a')}`.slice(0, 20));
    await look();
    await writeFile(file, `sources:\n${FEED('a')}${FEED('b')}`);
    await look();
    expect(applied).toEqual([]);
    await look();
    expect(applied).toHaveLength(1);
    // A broken one is said once, not at each look.
    await writeFile(file, 'sources: [');
    for (let n = 0; n < 4; n += 1) await look();
    await writeFile(file, `sources:\n${FEED('a')}`);
    for (let n = 0; n < 4; n += 1) await look();
    expect(applied).toHaveLength(2);
    // One that was emptied is sound as well: nobody has said that all sources go.
    await writeFile(file, '');
    for (let n = 0; n < 3; n += 1) await look();
    expect(applied).toHaveLength(2);
    expect(logged.at(-1)).toBe('The configuration was not taken over; everything goes on as before.');
    expect(new Set(causes)).toEqual(new Set(['file']));
    await reload.reload('signal');
    expect(causes.at(-1)).toBe('signal');
    expect(applied.at(-1)).toEqual([]);
    stop.abort();
    looks.at(-1)?.();
    await watching;
  });
});
