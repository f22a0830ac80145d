import { describe, expect, it } from 'vitest';
import { createRuleSet } from '../../../../models/rules/create-rule-set.js';
import type { RawDocument } from '../../../../pipeline/core/document.js';
import type { ScoredDocument, Span } from '../../../../pipeline/core/scored.js';
import { applyRules } from '../../../../pipeline/operators/apply-rules.js';
import { mention, rawDocument, scoredDocument } from '../../../support/documents.js';
import { makeRule, type RuleSpec } from '../../../support/rules.js';

const TEXT = 'Halden was found not in breach. Northwind plunges after a fraud.';
const [HALDEN, NORTHWIND] = [
  mention('HLDN.XDEM', { spans: [[0, 6]] }),
  mention('NWF.XDEM', { spans: [[32, 41]] }),
];
const splitSentences = (text: string): readonly Span[] =>
  Array.from(
    text.matchAll(/\S[^.]*\./g),
    ({ index, 0: sentence }) => [index, index + sentence.length] as const,
  );

function ruled(
  rules: readonly RuleSpec[],
  document: Partial<RawDocument> = {},
  scored: Partial<ScoredDocument> = {},
): { readonly before: ScoredDocument; readonly after: ScoredDocument } {
  const before = scoredDocument(rawDocument({ text: TEXT, ...document }), {
    mentions: [HALDEN, NORTHWIND],
    ...scored,
  });
  const set = createRuleSet(rules.map(makeRule));
  return { before, after: applyRules(before, before.document.text, { rules: set, splitSentences }) };
}

const CLEARED: RuleSpec = {
  id: 'cleared',
  reason: 'No breach.',
  when: { anyOf: ['not in breach'], noneOf: ['fraud'] },
  then: { atMost: { negative: 0.2 } },
};

describe('applyRules', () => {
  it('leaves a document that no rule fires for as it is, and retractions too', () => {
    const { before, after } = ruled([{ when: { anyOf: ['dividend'] }, then: { abstain: true } }]);
    expect(after).toBe(before);
    const gone = ruled([{ then: { abstain: true } }], { action: 'retract' });
    expect(gone.after).toBe(gone.before);
  });

  it('decides over the mention whose sentences the rule fires for, and not over its neighbour', () => {
    const { before, after } = ruled([CLEARED]);
    expect(after.mentions.map(({ negative }) => negative)).toEqual([expect.closeTo(0.2, 9), 0.7]);
    expect(after.sentiment).toEqual(before.sentiment);
    expect(after.flags).toEqual(['rule:cleared']);
    expect(after.ruled).toEqual({
      rules: [{ id: 'cleared', version: 1, reason: 'No breach.' }],
      model: {
        negative: 0.7,
        neutral: 0.2,
        positive: 0.1,
        topics: before.topics,
        mentions: [{ instrument: 'HLDN.XDEM', negative: 0.7, neutral: 0.2, positive: 0.1 }],
      },
    });
  });

  it('keeps what the model said beside what the rules made of it', () => {
    const { after } = ruled([
      { id: 'set', when: { anyOf: ['fraud'] }, then: { set: { negative: 1, neutral: 0, positive: 0 } } },
      { id: 'topic', when: { anyOf: ['fraud'] }, then: { addTopic: 'fraud_risk' } },
    ]);
    expect(after.sentiment).toMatchObject({ negative: 1, label: 'negative', polarity: -1, confidence: 1 });
    expect(after.topics.map(({ topic }) => topic)).toEqual(['fraud_risk', 'earnings']);
    expect(after.ruled?.model).toMatchObject({
      negative: 0.7,
      topics: [{ topic: 'earnings', probability: 0.8 }],
    });
    expect(after.flags).toEqual(['rule:set', 'rule:topic']);
  });

  it('abstains: the document counts as unclassified, once', () => {
    const abstain: RuleSpec = { id: 'quiet', when: { anyOf: ['fraud'] }, then: { abstain: true } };
    expect(ruled([abstain]).after.flags).toEqual(['unclassified', 'rule:quiet']);
    expect(ruled([abstain], {}, { flags: ['spam', 'unclassified'] }).after.flags).toEqual([
      'spam',
      'unclassified',
      'rule:quiet',
    ]);
  });

  it('takes away the silence of the model where an expert sets the score', () => {
    const { after } = ruled(
      [{ id: 'set', then: { set: { negative: 0, neutral: 1, positive: 0 } }, when: { sources: ['wire'] } }],
      {},
      { flags: ['unclassified'] },
    );
    expect(after.flags).toEqual(['rule:set']);
    expect(after.mentions.map(({ neutral }) => neutral)).toEqual([1, 1]);
  });

  it('gives the same when it is done again on what the model said', () => {
    const rules = [
      CLEARED,
      { id: 'b', when: { instruments: ['NWF.XDEM'] }, then: { atLeast: { negative: 0.9 } } },
    ];
    expect(ruled(rules).after).toEqual(ruled(rules).after);
    expect(ruled(rules).after.mentions[1]?.negative).toBeCloseTo(0.9, 9);
  });
});
