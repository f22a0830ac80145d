import { measureAgreement, type Agreement } from '../../models/labelling/settle-labels.js';
import { listLabelsOperation } from '../app/operations/labels.js';
import { flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { textTable } from './text-table.js';
import { findInstallation } from './with-installation.js';

export const labelsAgreeCommand: Command = {
  name: 'labels agree',
  summary:
    "Says how far people agree where they labelled the same: Cohen's κ for each two, Krippendorff's α over all, and whether the labels may train.",
  usage: '[--gate] [--data DIR] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    gate: { type: 'boolean', doc: 'Exit code 1 when the labels may not train.' },
    json: { type: 'boolean', doc: 'One line of JSON.' },
  },
  examples: ['bellwether labels agree --data data/live'],
  async run(args, io) {
    noPositionals(args, 'labels agree');
    const installation = await findInstallation(args, io);
    const { labels } = await runOperation(listLabelsOperation, { texts: 'none' }, installation, io);
    const { disputes, ...agreement } = measureAgreement(labels);
    const report = { ...agreement, disputes: disputes.length };
    io.out(flag(args, 'json') ? `${JSON.stringify(report)}\n` : table(report));
    return flag(args, 'gate') && agreement.problem !== null ? 1 : 0;
  },
};

function table(report: Omit<Agreement, 'disputes'> & { readonly disputes: number }): string {
  const figure = (value: number | null) => value?.toFixed(3) ?? '-';
  const { items, doublyLabelled, disputes, pairs, alpha, problem } = report;
  const rows = pairs.map(({ people, items: n, same, kappa }) => [
    people.join(' – '),
    `${n}`,
    `${(same * 100).toFixed(1)} %`,
    figure(kappa),
  ]);
  return [
    `${items} labelled, ${doublyLabelled} by two or more, ${disputes} in dispute`,
    ...(rows.length === 0 ? [] : ['', textTable(['PEOPLE', 'ITEMS', 'SAME', 'KAPPA'], rows).trimEnd()]),
    '',
    `Krippendorff's alpha ${figure(alpha)}`,
    problem ?? 'The labels may train.',
    '',
  ].join('\n');
}
