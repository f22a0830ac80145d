import { createJudgeDomain } from '../../models/domain/foreignness.js';
import { loadDomainProfile } from '../../models/domain/load-profile.js';
import {
  coverageCurve,
  measureDomain,
  type CoveragePoint,
  type DomainFigures,
  type DomainText,
} from '../../models/evaluation/domain/measure-domain.js';
import { judgeRows } from '../../models/evaluation/judge-rows.js';
import { readLabelledRows, type LabelledRow } from '../../models/evaluation/read-labelled-rows.js';
import { isPostSet } from '../../models/training/training-sets.js';
import type { ModelVersion } from '../core/scored.js';
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
    const judge = createJudgeDomain(await loadDomainProfile(inPackage('models/artifacts')));
    const judgeText = ({ text, lang, source }: DomainText) =>
      judge(text, lang, isPostSet(source) ? 'social' : 'news');
    const { domain, curve } = await withModel(args, io, async (model) => ({
      domain: { model: model.model, byLanguage: measureDomain(judgeText, { finance, foreign }) },
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

interface DomainReport {
  readonly model: ModelVersion;
  readonly byLanguage: Readonly<Record<string, DomainFigures | null>>;
}

function domainTable({ model, byLanguage }: DomainReport): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const rows = Object.entries(byLanguage).flatMap(([language, figures]) =>
    figures === null
      ? []
      : [
          [
            language,
            `${figures.finance} / ${figures.foreign}`,
            figures.auroc.toFixed(3),
            percent(figures.refused),
          ],
          ...figures.bySource.map(({ source, texts, auroc, refused }) => [
            `  ${source}`,
            String(texts),
            auroc.toFixed(3),
            percent(refused),
          ]),
        ],
  );
  const head = ['language', 'finance / foreign', 'AUROC', 'called foreign'];
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
