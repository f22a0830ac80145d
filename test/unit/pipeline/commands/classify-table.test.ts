import { describe, expect, it } from 'vitest';

import type { ClassifiedText } from '../../../../pipeline/app/classify-texts.js';
import { classifiedRows, type ModelExplanation } from '../../../../pipeline/commands/classify-table.js';
import type { Mention, Ruled } from '../../../../pipeline/core/scored.js';

const mention = (instrument: string, polarity: number): Mention => ({
  instrument,
  name: instrument,
  relevance: 1,
  via: ['name'],
  spans: [],
  negative: 0,
  neutral: 0,
  positive: 0,
  polarity,
  confidence: 1,
});

const BAD: ClassifiedText = {
  text: 'Apple falls, Microsoft rises',
  language: 'en',
  model: { name: 'encoder', version: '1', sha256: '' },
  sentiment: {
    negative: 0.9,
    neutral: 0.05,
    positive: 0.05,
    polarity: -0.85,
    confidence: 0.9,
    label: 'negative',
  },
  classified: true,
  certainty: 'rumour',
  topics: [{ topic: 'stock_move', probability: 1 }],
  mentions: [mention('AAPL.XNAS', -0.85), mention('MSFT.XNAS', 0.4)],
  numbers: [],
  foreignness: 0.1,
  flags: [],
};

const RULED: Ruled = {
  rules: [{ id: 'cleared', version: 3, reason: 'No breach is no bad news.' }],
  model: { negative: 0.95, neutral: 0.02, positive: 0.03, topics: [], mentions: [] },
};

const EXPLANATION: ModelExplanation = {
  method: 'probe',
  total: 3,
  bias: 0,
  words: [{ word: 'falls', span: [6, 11], contribution: 3 }],
  sentences: [],
  standardError: 0,
  unexplained: 0.33,
};

describe('the short table of classify', () => {
  it('shows each company with its own sign, and whether the text claims a fact', () => {
    const row = classifiedRows(BAD);
    expect(row).toMatch(/^negative {2}−0\.85 en {2}rumour {2}stock_move/);
    expect(row).toContain('AAPL.XNAS −0.85 MSFT.XNAS +0.40');
    expect(row).not.toContain('[');
  });

  it('says how many companies it leaves out', () => {
    const mentions = ['A', 'B', 'C', 'D', 'E'].map((name) => mention(name, 0.5));
    expect(classifiedRows({ ...BAD, mentions })).toContain('A +0.50 B +0.50 C +0.50 and 2 more');
  });

  it('shows flags where there are any', () => {
    expect(classifiedRows({ ...BAD, flags: ['spam', 'code_switched'] })).toContain('[spam, code_switched]');
  });

  it.each([
    [['language_unsupported'], undefined, '[because language_unsupported]'],
    [['spam', 'foreign', 'unclassified'], undefined, '[because foreign, spam]'],
    [['unclassified'], undefined, '[because the model has no answer]'],
    [['unclassified', 'rule:cleared'], RULED, '[because a rule says so]'],
  ])('an abstention with %j shows no figure, and why', (flags, ruled, reason) => {
    const row = classifiedRows({
      ...BAD,
      classified: false,
      flags,
      ...(ruled === undefined ? {} : { ruled }),
    });
    const [first] = row.split('\n');
    expect(first).toMatch(/^abstained +– en/);
    expect(first).not.toMatch(/[+−]\d/);
    expect(first).toContain(reason);
  });

  it('names the rule that decided, and what the model had said', () => {
    expect(classifiedRows({ ...BAD, ruled: RULED, flags: ['rule:cleared'] }).split('\n')[1]).toBe(
      '          rule cleared 3 decided (No breach is no bad news.); the model had said −0.92',
    );
  });

  it('says that words below explain what a rule has overruled', () => {
    const explanation = { ...EXPLANATION, overruledBy: ['cleared'] };
    const rows = classifiedRows({ ...BAD, ruled: RULED, explanation }).split('\n');
    expect(rows[2]).toMatch(/what the model said, which cleared overruled:$/);
    expect(rows[3]).toContain('▼ falls +3.00');
    expect(classifiedRows({ ...BAD, explanation: EXPLANATION })).not.toContain('overruled');
  });

  it('says how much belongs to no word when that is above a third', () => {
    expect(classifiedRows({ ...BAD, explanation: { ...EXPLANATION, unexplained: 0.92 } })).toContain(
      '92 % of what was weighed belongs to no single word.',
    );
    expect(classifiedRows({ ...BAD, explanation: EXPLANATION })).not.toContain('%');
  });
});
