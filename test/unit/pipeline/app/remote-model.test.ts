import { describe, expect, it } from 'vitest';

import { ConfigError } from '../../../../pipeline/core/errors.js';
import { loadConfig } from '../../../../config/load.js';
import { candidateModels, withModelNamed } from '../../../../pipeline/app/model-life/named-model.js';
import { modelsFrom } from '../../../../pipeline/commands/model-option.js';
import { modelOptions, toThreadModels } from '../../../../pipeline/app/understanding.js';

const load = (models: Record<string, unknown>) =>
  loadConfig({ file: null, env: { MODEL_TOKEN: 'a-token-of-this-test' }, overrides: { models } });

describe('a model on other machines in the configuration', () => {
  it('keeps its token on the way to the thread that reads texts, and shows it nowhere', async () => {
    const remote = { urls: ['http://127.0.0.1:8430'], token: '${env:MODEL_TOKEN}' };
    const { models } = await load({ sentiment: 'ngram', remote });
    expect(JSON.stringify(models)).not.toContain('a-token-of-this-test');
    const sent = structuredClone(toThreadModels(models));
    expect(modelOptions(sent).remote).toMatchObject({ name: 'ngram', token: 'a-token-of-this-test' });
  });

  it('is asked for itself only: a candidate and a model of another name are loaded here', async () => {
    const remote = { urls: ['http://127.0.0.1:8430'] };
    const config = await load({ sentiment: 'ngram', remote });
    const { models } = config;
    const remoteOf = (section: typeof models) => modelOptions(section).remote?.name ?? null;
    expect(remoteOf(models)).toBe('ngram');
    expect(remoteOf(withModelNamed(models, 'ngram'))).toBe('ngram');
    expect(remoteOf(withModelNamed(models, 'lexicon'))).toBeNull();
    const candidate = candidateModels('/data', models, {
      id: 'ngram-0123456789ab',
      name: 'ngram',
      sha256: 'ab'.repeat(32),
    });
    expect(remoteOf(candidate)).toBeNull();
    expect(modelOptions(candidate).directory).toMatch(/ngram-0123456789ab/);
    const asked = (model: string) => modelsFrom({ positionals: [], values: { model } }, config);
    expect(remoteOf(asked('lexicon'))).toBeNull();
    expect(remoteOf(asked('ngram'))).toBe('ngram');
  });

  it('is not served to other machines without a token, nor asked at an address with a secret in it', async () => {
    const open = load({ serve: { host: '0.0.0.0' } });
    await expect(open).rejects.toThrow(ConfigError);
    await expect(open).rejects.toThrow(/models\.serve\.host.*without a token/s);
    const served = await load({ serve: { host: '0.0.0.0', token: '${env:MODEL_TOKEN}' } });
    expect(served.models.serve.token?.reveal()).toBe('a-token-of-this-test');
    await expect(load({ remote: { urls: ['http://me:secret@host:1/'] } })).rejects.toThrow(/without user/);
  });
});
