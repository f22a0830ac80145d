import { describe, expect, it } from 'vitest';

import { createRuleSet } from '../../../../models/rules/create-rule-set.js';
import { createSwitchableRules } from '../../../../pipeline/app/expert-rules.js';
import { toLinked } from '../../../../pipeline/app/rescore.js';
import { createModelSwitch } from '../../../../pipeline/app/switch-model.js';
import { createSwitchableClassifier } from '../../../../pipeline/app/switchable-classifier.js';
import { RejectedError } from '../../../../pipeline/core/errors.js';
import type { Classification, Classifier } from '../../../../pipeline/core/model.js';
import { scoreSentiment, UNCLASSIFIED } from '../../../../pipeline/operators/score-sentiment.js';
import { silentLogger } from '../../../../pipeline/telemetry/logger.js';
import { makeDocument } from '../../../support/dashboards.js';
import { makeRule } from '../../../support/rules.js';

/** Answers when it is told to; `said` collects what it did. */
function slow(name: string, said: string[]): { classifier: Classifier; answer: () => void } {
  const pending: (() => void)[] = [];
  const classifier: Classifier = {
    model: { name, version: '1', sha256: name },
    classify: () =>
      new Promise<readonly Classification[]>((resolve) => {
        pending.push(() => {
          said.push(`${name} answers`);
          resolve([UNCLASSIFIED]);
        });
      }),
    explain: () => Promise.resolve(null),
    close: () => {
      said.push(`${name} closes`);
      return Promise.resolve();
    },
  };
  return {
    classifier,
    answer: () =>
      pending.splice(0).forEach((each) => {
        each();
      }),
  };
}

describe('a classifier whose model is exchanged', () => {
  it('closes the old model when it has answered what it had, while the new one answers already', async () => {
    const said: string[] = [];
    const [old, next] = [slow('old', said), slow('new', said)];
    const classifier = createSwitchableClassifier(old.classifier);
    const first = classifier.classify([]);
    const switched = classifier.switchTo(next.classifier);
    expect(classifier.model.name).toBe('new');
    const second = classifier.classify([]);
    next.answer();
    await second;
    old.answer();
    await Promise.all([first, switched]);
    expect(said).toEqual(['new answers', 'old answers', 'old closes']);
  });

  it('goes on with the old model, and keeps it open, for whoever has pinned it', async () => {
    const said: string[] = [];
    const [old, next] = [slow('old', said), slow('new', said)];
    const classifier = createSwitchableClassifier(old.classifier);
    const pinned = classifier.pinned();
    const switched = classifier.switchTo(next.classifier);
    expect([pinned.model.name, classifier.model.name]).toEqual(['old', 'new']);
    const answer = pinned.classify([]);
    old.answer();
    await answer;
    await new Promise(setImmediate);
    expect(said).toEqual(['old answers']);
    await pinned.close();
    await switched;
    expect(said).toEqual(['old answers', 'old closes']);
  });
});

describe('a document that is being scored while model and rules are exchanged', () => {
  it('is scored, named and ruled by those that began it, to its last sentence', async () => {
    const said: string[] = [];
    const [old, next] = [slow('old', said), slow('new', said)];
    const classifier = createSwitchableClassifier(old.classifier);
    const rules = createSwitchableRules(createRuleSet([]));
    const document = makeDocument({
      key: 'one',
      title: 'Aldermoor falls.',
      text: 'Brightwater rises.',
      publishedAt: 0,
      instrument: '?ALDERMOOR',
      mentioned: 'Aldermoor',
      negative: 0.1,
    });
    const scoring = scoreSentiment([toLinked(document, 0)], {
      classifier,
      rules,
      splitSentences: (text) => [
        [0, 16],
        [17, text.length],
      ],
      now: () => 0,
    });
    rules.switchTo(createRuleSet([makeRule({ when: { anyOf: ['falls'] }, then: { abstain: true } })]));
    const switched = classifier.switchTo(next.classifier);
    old.answer();
    await new Promise(setImmediate);
    old.answer();
    const [message] = await scoring;
    await switched;
    expect(said).toEqual(['old answers', 'old answers', 'old closes']);
    if (message?.kind !== 'scored') throw new Error('not scored');
    expect(message.scored.model.name).toBe('old');
    expect(message.scored.ruled).toBeUndefined();
  });
});

/** The invented model that the service runs is called `old`, and its version is 1; rules stand behind it. */
const versionOf = (name: string) => (name === 'old' ? '1' : name === 'old+rules' ? '1+rules' : '2');

describe('a switch of models', () => {
  const open = (refusal: Error | null) => {
    const said: string[] = [];
    const { classifier } = slow('old', said);
    const served: string[] = [];
    const switchModel = createModelSwitch({
      understanding: {
        classifier,
        prepareModel: ({ sentiment }) =>
          Promise.resolve({
            model: {
              name: sentiment.replace('+rules', ''),
              version: versionOf(sentiment),
              sha256: sentiment.replace('+rules', ''),
            },
            commit: () => Promise.resolve(void said.push('commit')),
            abandon: () => Promise.resolve(void said.push('abandon')),
          }),
      },
      thread: {
        switchModel: ({ sentiment }) =>
          refusal === null
            ? Promise.resolve({ name: sentiment, version: '2', sha256: sentiment })
            : Promise.reject(refusal),
      },
      loadRules: () => Promise.resolve({ inForce: [], waiting: [] }),
      metrics: { model: ({ name }) => served.push(name) },
      logger: silentLogger,
    });
    const models = (sentiment: string) =>
      ({ sentiment, directory: null }) as Parameters<typeof switchModel>[0];
    return { said, served, ask: (name: string, always = false) => switchModel(models(name), always) };
  };

  it('happens in the thread that reads first, and is told', async () => {
    const { said, served, ask } = open(null);
    expect(await ask('new')).toMatchObject({ from: { name: 'old' }, to: { name: 'new' } });
    expect([said, served]).toEqual([['commit'], ['new']]);
  });

  it('does not happen when the model is the one that serves, unless its options are others', async () => {
    const { said, ask } = open(null);
    expect(await ask('old')).toBeNull();
    expect(await ask('old', true)).not.toBeNull();
    expect(said).toEqual(['abandon', 'commit']);
  });

  it('happens for other expert rules over the same model too', async () => {
    const { said, ask } = open(null);
    expect(await ask('old+rules')).toMatchObject({ from: { version: '1' }, to: { version: '1+rules' } });
    expect(said).toEqual(['commit']);
  });

  it('leaves the old model everywhere when the thread refuses the new one', async () => {
    const { said, served, ask } = open(new RejectedError('model_golden', 'no'));
    await expect(ask('new')).rejects.toMatchObject({ code: 'model_golden' });
    expect([said, served]).toEqual([['abandon'], []]);
  });
});
