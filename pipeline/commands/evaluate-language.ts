import { evaluateLanguage, type LanguageReport } from '../../models/evaluation/evaluate-language.js';
import { readLabelledRows, type LabelledRow } from '../../models/evaluation/read-labelled-rows.js';
import { systemClock } from '../core/clock.js';
import { detectLanguage } from '../operators/detect-language.js';
import { fileOptions, flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';

export const evaluateLanguageCommand: Command = {
  name: 'evaluate language',
  summary:
    'Measures language detection on labelled rows (text, lang), without hints. Several sets are pooled.',
  usage: '--set FILE.jsonl [--set FILE.jsonl …] [--json]',
  options: {
    set: { type: 'string', multiple: true, value: 'FILE', doc: 'Labelled rows: text, lang.' },
    json: { type: 'boolean', doc: 'The whole report as one line of JSON.' },
  },
  examples: ['bellwether evaluate language --set ../shared/data/labelled/tfns/dev.jsonl'],
  async run(args, io) {
    noPositionals(args, 'evaluate language');
    const files = fileOptions(
      args,
      'set',
      io.cwd,
      'evaluate language needs --set FILE.jsonl with labelled rows.',
    );
    const report = await evaluateLanguage(readAll(files), {
      set: files.join(','),
      detect: (text) => detectLanguage(text, null),
      clock: systemClock,
    });
    io.out(flag(args, 'json') ? `${JSON.stringify(report)}\n` : table(report));
    return 0;
  },
};

async function* readAll(files: readonly string[]): AsyncGenerator<LabelledRow> {
  for (const file of files) yield* readLabelledRows(file);
}

function table(report: LanguageReport): string {
  const figure = (value: number | null) => (value === null ? '–' : value.toFixed(4));
  const lines = [`language  n ${report.n}  accuracy ${figure(report.accuracy)}`];
  for (const [language, { n, recall, precision }] of Object.entries(report.perLanguage))
    lines.push(`  ${language.padEnd(4)} n ${n}  recall ${figure(recall)}  precision ${figure(precision)}`);
  for (const [confusion, n] of Object.entries(report.confusions)) lines.push(`  ${confusion}  ${n}`);
  lines.push(`speed     ${report.docsPerSecond} rows a second, one thread`);
  return `${lines.join('\n')}\n`;
}
