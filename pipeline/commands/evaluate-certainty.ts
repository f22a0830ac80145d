import {
  evaluateCertainty,
  parseCertaintyRow,
  type CertaintyReport,
} from '../operators/evaluate-certainty.js';
import { fileOptions, flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { readLabelledLines } from './labelled-lines.js';

export const evaluateCertaintyCommand: Command = {
  name: 'evaluate certainty',
  summary: 'Measures on labelled lines whether facts, opinions and rumours are told apart.',
  usage: '--set FILE.jsonl [--set FILE.jsonl …] [--json]',
  options: {
    set: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      doc: 'Lines with text, language, and certainty: fact, opinion or rumour.',
    },
    json: { type: 'boolean', doc: 'The whole report as one line of JSON.' },
  },
  examples: ['bellwether evaluate certainty --set test/fixtures/certainty/dev.jsonl'],
  async run(args, io) {
    noPositionals(args, 'evaluate certainty');
    const files = fileOptions(
      args,
      'set',
      io.cwd,
      'evaluate certainty needs --set FILE.jsonl with labelled lines.',
    );
    const report = evaluateCertainty(await readLabelledLines(files, 'labelled lines', parseCertaintyRow));
    io.out(flag(args, 'json') ? `${JSON.stringify(report)}\n` : table(report));
    return 0;
  },
};

function table(report: CertaintyReport): string {
  const languages = Object.entries(report.byLanguage).map(
    ([language, { n, accuracy }]) => `${language.padEnd(8)} n ${n}  accuracy ${accuracy.toFixed(3)}`,
  );
  const classes = Object.entries(report.perClass).map(
    ([name, { precision, recall }]) =>
      `${name.padEnd(8)} precision ${precision.toFixed(3)}  recall ${recall.toFixed(3)}`,
  );
  const all = `all      n ${report.n}  accuracy ${report.accuracy.toFixed(3)}`;
  return [all, ...languages, ...classes, ''].join('\n');
}
