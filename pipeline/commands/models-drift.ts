import type { DriftFinding } from '../../models/drift/judge-day.js';
import type { DriftReport } from '../app/model-life/drift.js';
import { driftOperation } from '../app/operations/drift.js';
import { flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { textTable } from './text-table.js';
import { timeOption } from './time-option.js';
import { findInstallation } from './with-installation.js';

export const modelsDriftCommand: Command = {
  name: 'models drift',
  summary:
    'Says whether the documents of a day, and what the model that serves makes of them, differ from its first two weeks by more than chance: topics, labels, confidence, how far from finance, unknown words; by language and kind of source. Exit code 1 when something has drifted.',
  usage: '[--day DATE] [--data DIR] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    day: {
      type: 'string',
      value: 'DATE',
      doc: 'The day in UTC; default yesterday, in a replayed world the last one.',
    },
    json: { type: 'boolean', doc: 'One line of JSON.' },
  },
  examples: ['bellwether models drift --data data/live', 'bellwether models drift --day 2026-11-02 --json'],
  async run(args, io) {
    noPositionals(args, 'models drift');
    const request = { day: timeOption(args, 'day') };
    const report = await runOperation(driftOperation, request, await findInstallation(args, io), io);
    io.out(flag(args, 'json') ? `${JSON.stringify(report)}\n` : table(report));
    return report.findings.some(({ state }) => state === 'drifted') ? 1 : 0;
  },
};

function table({ model, day, findings }: DriftReport): string {
  const title = `${model.name} ${model.version}, ${day}`;
  if (findings.length === 0) return `${title}: the model has read no documents of that day.\n`;
  const rows = findings.map((finding) => [
    finding.language,
    finding.kind,
    finding.measure,
    finding.state,
    `${finding.documents}`,
    `${finding.referenceDays} d, ${finding.referenceDocuments}`,
    finding.psi?.toFixed(3) ?? '–',
    chance(finding),
    finding.moved.map(({ bin, before, after }) => `${bin} ${percent(before)}→${percent(after)}`).join(', '),
  ]);
  const head = [
    ...['LANGUAGE', 'KIND', 'MEASURE', 'STATE', 'DOCUMENTS'],
    ...['REFERENCE', 'INDEX', 'BY CHANCE', 'MOVED MOST'],
  ];
  return `${title}\n${textTable(head, rows)}`;
}

function chance({ pValue }: DriftFinding): string {
  if (pValue === null) return '–';
  return pValue < 0.0001 ? '< 0.0001' : pValue.toFixed(4);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
