import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { evaluateCertainty, parseCertaintyRow } from '../../../../pipeline/operators/evaluate-certainty.js';
import { tellCertainty } from '../../../../pipeline/operators/tell-certainty.js';
import { processorMs } from '../../../support/processor-time.js';

const rowsOf = (name: string) =>
  readFileSync(new URL(`../../../fixtures/certainty/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line, index) => parseCertaintyRow(line, `${name}:${index + 1}`));

describe('certainty', () => {
  it.each([
    ['Harbour Bank shut its Leeds branch on Monday.', 'fact'],
    ['Harbour Bank is reportedly about to shut branches.', 'rumour'],
    ['Harbour Bank could shut branches.', 'rumour'],
    ['I think Harbour Bank could shut branches.', 'opinion'],
    ['Harbour Bank denies rumours about its branches.', 'fact'],
    ['据传港湾银行要关店。', 'rumour'],
    ['港湾银行或将关店。', 'rumour'],
    ['我认为港湾银行会关店。', 'opinion'],
    ['港湾银行澄清关店传闻。', 'fact'],
    ['Harbour Bank loses its licence\nShares fell, and analysts warned of further losses.', 'fact'],
    ['港湾银行被吊销牌照\n股价大跌，分析师警告公司将出现亏损。', 'fact'],
    ['Analysts warn of losses at Harbour Bank\nIts licence is at risk.', 'opinion'],
    ['', 'fact'],
  ])('%s', (text, certainty) => {
    expect(tellCertainty(text)).toBe(certainty);
  });

  it.each([
    ['dev', 0.98],
    ['held-out', 0.92],
  ])('is told on the labelled lines of %s as the README says', (name, accuracy) => {
    const report = evaluateCertainty(rowsOf(name));
    expect(report.n).toBe(150);
    expect(report.accuracy).toBeGreaterThanOrEqual(accuracy);
  });

  it.each(['{"text":"a","language":"en","certainty":"maybe"}', 'null', 'not json', '{}'])(
    'names the place of a line that is none: %s',
    (line) => {
      expect(() => parseCertaintyRow(line, 'file:3')).toThrow('file:3');
    },
  );

  it('takes no longer for hostile repeats', () => {
    const began = processorMs();
    for (const part of ['people who are ', 'sources a b c ', '接近', 'denies x ', 'a'])
      for (let round = 0; round < 100; round += 1) tellCertainty(part.repeat(50_000));
    expect(processorMs() - began).toBeLessThan(5_000);
  });
});
