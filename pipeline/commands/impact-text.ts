import type { RehearsedAlert } from '../../alerts/rehearsal/rehearse.js';
import type { LabelChange } from '../../models/evaluation/change/label-changes.js';
import type { Estimate } from '../../models/evaluation/intervals.js';
import type { ImpactSheet } from '../app/model-life/impact.js';
import { escapeControls } from '../app/dead-letters-text.js';
import { textTable } from './text-table.js';

/** The sheet for people: what matters to them first, which is the alerts. */
export function impactText(sheet: ImpactSheet): string {
  const { served, candidate, documents, from, to, slices, examples } = sheet;
  const changed = slices[0]?.changed;
  return [
    `${served.name} ${served.version} → ${candidate.name} ${candidate.version}, ${documents} documents of ${minute(from)} to ${minute(to)}`,
    ...(documents === 0 ? ['No document lies in the period.'] : []),
    ...(changed === undefined
      ? []
      : [`Another label: ${percent(changed)} of the documents that both judged.`]),
    ...unreadLines(sheet),
    '',
    ...alertLines(sheet),
    '',
    ...seriesLines(sheet),
    ...changeLines(slices),
    ...(examples.length === 0 ? [] : ['Moved furthest:']),
    ...examples.map(
      ({ id, title, before, after }) =>
        `  ${id}  ${before.label} → ${after.label}  ${escapeControls(title).slice(0, 80)}`,
    ),
    '',
  ].join('\n');
}

function unreadLines({ unread: { served, candidate, either } }: ImpactSheet): readonly string[] {
  if (either === 0) return [];
  return [
    `Left out: ${either} that could not be judged (${served} by the model that serves, ${candidate} by the other one).`,
  ];
}

function alertLines({ alerts: { gained, lost, moved, same } }: ImpactSheet): readonly string[] {
  const rows = [
    ...lost.map((alert) => ['lost', ...alertCells(alert), '']),
    ...gained.map((alert) => ['gained', ...alertCells(alert), '']),
    ...moved.map(({ before, after, laterByMinutes }) => [
      'moved',
      ...alertCells(before),
      `fires ${minute(after.firedAt)}${laterByMinutes === 0 ? '' : `, ${later(laterByMinutes)}`}, ${after.severity}`,
    ]),
  ];
  const head = `Alerts: ${gained.length} gained, ${lost.length} lost, ${moved.length} moved, ${same} the same`;
  if (rows.length === 0) return [head];
  return [head, textTable(['', 'FIRED', 'SEVERITY', 'WHAT', 'RULE', 'SCORE', 'THEN'], rows).trimEnd()];
}

function alertCells({ firedAt, severity, series, rule, score }: RehearsedAlert): readonly string[] {
  return [minute(firedAt), severity, escapeControls(series.name).slice(0, 30), rule, score.toFixed(1)];
}

function later(minutes: number): string {
  const hours = Math.abs(minutes) / 60;
  return `${hours.toFixed(hours < 10 ? 1 : 0)} h ${minutes < 0 ? 'earlier' : 'later'}`;
}

function seriesLines({ series }: ImpactSheet): readonly string[] {
  if (series.length === 0) return [];
  const rows = series.map(({ name, documents, before, after, step, inUsualDays, breaks }) => [
    escapeControls(name).slice(0, 30),
    `${documents}`,
    before.toFixed(3),
    after.toFixed(3),
    `${signed(step.value)} (${signed(step.low)} to ${signed(step.high)})`,
    inUsualDays === null ? '–' : inUsualDays.toFixed(1),
    breaks ? 'break' : '',
  ]);
  return [
    'Mean P(negative); a break shows in the chart: it is as large as what a usual day moves.',
    textTable(['SERIES', 'DOCUMENTS', 'NOW', 'THEN', 'STEP (95 %)', 'USUAL DAYS', ''], rows),
  ];
}

/** The lines of `models shadow` too. */
export function changeLines(slices: readonly LabelChange[]): readonly string[] {
  if (slices.length === 0) return [];
  const rows = slices.map(
    ({ slice, value, documents, changed, negativeBefore, negativeAfter, negativeStep, directions }) => [
      slice === 'all' ? 'all' : `${slice} ${value}`,
      `${documents}`,
      percent(changed),
      `${(100 * negativeBefore.value).toFixed(1)} %`,
      `${(100 * negativeAfter.value).toFixed(1)} %`,
      `${signed(100 * negativeStep.value, 1)} (${signed(100 * negativeStep.low, 1)} to ${signed(100 * negativeStep.high, 1)})`,
      Object.entries(directions)
        .slice(0, 2)
        .map(([direction, count]) => `${direction} ${count}`)
        .join(', '),
    ],
  );
  const head = ['SLICE', 'DOCUMENTS', 'OTHER LABEL (95 %)', 'NEGATIVE', 'THEN', 'POINTS (95 %)', 'MOSTLY'];
  return [textTable(head, rows)];
}

function percent({ value, low, high }: Estimate): string {
  return `${(100 * value).toFixed(1)} % (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}

function signed(value: number, digits = 3): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}

function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
