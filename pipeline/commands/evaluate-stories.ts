import { evaluateStoryPairs, parseStoryPair, type PairReport } from '../operators/stories/evaluate-pairs.js';
import { fileOptions, flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { readLabelledLines } from './labelled-lines.js';

export const evaluateStoriesCommand: Command = {
  name: 'evaluate stories',
  summary: 'Measures on labelled pairs whether texts of one story are told from texts of two.',
  usage: '--set FILE.jsonl [--set FILE.jsonl …] [--json]',
  options: {
    set: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      doc: 'Pairs, one a line: lang, kind, a, b, and same: true or false.',
    },
    json: {
      type: 'boolean',
      doc: 'The whole report, with the pairs that were judged wrong, as one line of JSON.',
    },
  },
  examples: ['bellwether evaluate stories --set test/fixtures/story-pairs/dev.jsonl'],
  async run(args, io) {
    noPositionals(args, 'evaluate stories');
    const files = fileOptions(
      args,
      'set',
      io.cwd,
      'evaluate stories needs --set FILE.jsonl with labelled pairs.',
    );
    const report = evaluateStoryPairs(await readLabelledLines(files, 'labelled pairs', parseStoryPair));
    io.out(flag(args, 'json') ? `${JSON.stringify(report)}\n` : table(report));
    return 0;
  },
};

function table(report: PairReport): string {
  const line = (name: string, { n, precision, recall }: { n: number; precision: number; recall: number }) =>
    `${name.padEnd(12)} n ${n}  precision ${precision.toFixed(3)}  recall ${recall.toFixed(3)}`;
  const kinds = Object.entries(report.byKind).map(
    ([kind, { n, right }]) => `  ${kind.padEnd(12)} ${right} of ${n}`,
  );
  const languages = Object.entries(report.byLanguage).map(([lang, figures]) => line(lang, figures));
  return [line('all', report), ...languages, 'right, by kind:', ...kinds, ''].join('\n');
}
