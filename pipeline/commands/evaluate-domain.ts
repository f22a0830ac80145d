import { createForeignness } from '../../models/domain/foreignness.js';
import {
  coverageCurve,
  measureDomain,
  type CoveragePoint,
  type DomainReport,
  type DomainText,
} from '../../models/evaluation/domain/measure-domain.js';
import { judgeRows } from '../../models/evaluation/judge-rows.js';
import { readLabelledRows, type LabelledRow } from '../../models/evaluation/read-labelled-rows.js';
import { collectOwnRows } from '../../models/training/collect-rows.js';
import { fileOptions, flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { suiteTexts } from './evaluate-robustness.js';
import { inPackage, withModel } from './evaluation-model.js';
import { MODEL_OPTION } from './model-option.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { textTable } from './text-table.js';

export const evaluateDomainCommand: Command = {
  name: 'evaluate domain',
  summary:
    'How well finance texts are told from recipes, sports, poems and the like, and what abstaining on unsure rows buys.',
  usage: '[--model M] [--set FILE.jsonl …] [--json]',
  options: {
    set: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      doc: 'Finance texts: labelled rows; without it those of the behavioural suite.',
    },
    ...MODEL_OPTION,
    config: CONFIG_OPTIONS.config,
    json: { type: 'boolean', doc: 'The whole report as one line of JSON.' },
  },
  examples: ['bellwether evaluate domain --model ngram --set ../shared/data/labelled/tfns/dev.jsonl'],
  async run(args, io) {
    noPositionals(args, 'evaluate domain');
    const rows = args.values['set'] === undefined ? [] : await readRows(fileOptions(args, 'set', io.cwd, ''));
    const finance: readonly DomainText[] =
      rows.length > 0
        ? rows
        : (await suiteTexts()).map(({ text, language }) => ({ text, lang: language, source: 'suite' }));
    const foreign = await readRows(foreignFiles());
    const foreignness = createForeignness(await collectOwnRows(inPackage('models/training/own-texts')));
    const { domain, curve } = await withModel(args, io, async (model) => ({
      domain: await measureDomain(model, foreignness, { finance, foreign }),
      curve: coverageCurve(await judgeRows(model, rows)),
    }));
    io.out(
      flag(args, 'json')
        ? `${JSON.stringify({ ...domain, curve })}\n`
        : domainTable(domain) + curveTable(curve),
    );
    return 0;
  },
};

/** Our own texts about anything but finance. */
export function foreignFiles(): readonly string[] {
  return ['en', 'zh'].map((language) => inPackage(`models/evaluation/domain/${language}.jsonl`));
}

/** All rows of some files, in their order. */
export async function readRows(files: readonly string[]): Promise<readonly LabelledRow[]> {
  const rows: LabelledRow[] = [];
  for (const file of files) for await (const row of readLabelledRows(file)) rows.push(row);
  return rows;
}

function domainTable({ model, byLanguage }: DomainReport): string {
  const rows = Object.entries(byLanguage).flatMap(([language, figures]) =>
    figures === null
      ? []
      : [
          [
            language,
            String(figures.finance),
            String(figures.foreign),
            figures.auroc.toFixed(3),
            figures.abstainAbove.toFixed(3),
            `${(figures.foreignRefused * 100).toFixed(1)} %`,
          ],
          ...Object.entries(figures.bySource).map(([source, auroc]) => [
            `  ${source}`,
            '',
            '',
            auroc.toFixed(3),
          ]),
        ],
  );
  const head = ['language', 'finance', 'foreign', 'AUROC', 'abstain above', 'foreign refused'];
  return `${model.name} ${model.version}\n\n${textTable(head, rows)}`;
}

function curveTable(curve: readonly CoveragePoint[]): string {
  if (curve.length === 0) return '';
  const rows = curve.map(({ coverage, confidenceFrom, accuracy }) => [
    `${(coverage * 100).toFixed(0)} %`,
    confidenceFrom.toFixed(3),
    accuracy.toFixed(3),
  ]);
  return `\n${textTable(['answered', 'confidence from', 'accuracy'], rows)}`;
}
