import { describe, expect, it } from 'vitest';

import { parseFigures } from '../../../models/evaluation/release/parse-figures.js';
import { floorsFor } from '../../../models/evaluation/release/floors.js';
import { releaseFigures, toFiguresFile } from '../../bench/release.js';

const names = floorsFor('encoder')
  .filter(({ from }) => from === 'file')
  .map(({ figure }) => figure);
const bench = [
  { name: 'served, text to scores', value: 1_600, unit: 'docs/s' },
  { name: 'served, times PyTorch BERT-base fp32', value: 20, unit: '×' },
  { name: 'served, times PyTorch BERT-base bf16', value: null, unit: '×' },
];

describe('figures of a release', () => {
  it('have the names and bounds of the list', () => {
    const figures = releaseFigures({ bench, memory: 180, perSecond: 610, p99Seconds: 1.2 });
    expect(figures.map(({ name }) => name)).toEqual(
      names.filter((name) => name !== 'int8 against fp32, macro-F1 points'),
    );
    expect(figures.find(({ name }) => name.startsWith('p99'))).toMatchObject({
      value: 1.2,
      limit: 1.5,
      atLeast: false,
    });
  });

  it('make a file that the gate reads, without what was not measured', () => {
    const figures = releaseFigures({ bench, memory: 180, perSecond: 610, p99Seconds: null });
    const besides = { name: 'stored', value: 3, unit: 'docs' };
    const text = toFiguresFile([...figures, besides], 'a'.repeat(64), 'npm run bench -- --scenario release');
    const read = parseFigures(text, 'figures.json', names);
    expect([...read.figures]).toEqual([
      ['headlines served a second, 2 cores', 1_600],
      ['times PyTorch BERT-base fp32', 20],
      ['end to end, documents a second', 610],
      ['memory per inference worker, MB', 180],
    ]);
  });
});
