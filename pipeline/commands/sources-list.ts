import { refusedCount } from '../../ingest/refused-requests.js';
import { escapeControls } from '../app/dead-letters-text.js';
import { listSources } from '../app/operations/sources.js';
import type { LivingStatus } from '../app/source-life/living-source.js';
import { flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { runSourceOperation, SOURCE_OPTIONS } from './run-source-operation.js';
import { textTable } from './text-table.js';

export const sourcesListCommand: Command = {
  name: 'sources list',
  summary: 'Shows the sources of a running service: state, last document, last contact, figures, reason.',
  usage: '[--data DIR] [--json]',
  options: SOURCE_OPTIONS,
  examples: ['bellwether sources list --data data/live'],
  async run(args, io) {
    noPositionals(args, 'sources list');
    const sources = await runSourceOperation(listSources, {}, args, io);
    if (flag(args, 'json')) for (const source of sources) io.out(`${JSON.stringify(toJson(source))}\n`);
    else io.out(sources.length === 0 ? 'No sources: the webhook alone.\n' : table(sources));
    return 0;
  },
};

function toJson({
  countedSince,
  lastDeliveryAt,
  lastContactAt,
  startedAt,
  pausedUntil,
  refused,
  ...source
}: LivingStatus) {
  return {
    ...source,
    countedSince: iso(countedSince),
    lastDeliveryAt: iso(lastDeliveryAt),
    lastContactAt: iso(lastContactAt),
    startedAt: iso(startedAt),
    pausedUntil: iso(pausedUntil),
    refused: refused === null ? null : { ...refused, at: iso(refused.at) },
  };
}

function table(sources: readonly LivingStatus[]): string {
  const head = [
    'ID',
    'TYPE',
    'STATE',
    'LAST DOCUMENT',
    'LAST CONTACT',
    'TAKEN',
    'NOT TAKEN',
    'SINCE',
    'REASON',
  ];
  const rows = sources.map((source) => [
    source.id,
    source.type,
    source.state,
    short(source.lastDeliveryAt),
    short(source.lastContactAt),
    `${source.delivered}`,
    `${source.rejected}`,
    short(source.countedSince),
    [whyOf(source), refusedOf(source)].filter((words) => words !== '').join(' '),
  ]);
  return textTable(head, rows);
}

function whyOf(source: LivingStatus): string {
  return escapeControls(source.reason ?? pauseOf(source))
    .replace(/\s+/g, ' ')
    .slice(0, 160);
}

function refusedOf({ refused }: LivingStatus): string {
  if (refused === null) return '';
  const count = refusedCount(refused);
  return `${count} refused request${count === 1 ? '' : 's'}, last: ${refused.last} at ${short(refused.at)}.`;
}

function pauseOf({ pausedUntil }: LivingStatus): string {
  return pausedUntil === null ? '' : `Keeps to its maxPerMinute, so it waits until ${short(pausedUntil)}.`;
}

function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

function short(time: number | null): string {
  return iso(time)?.slice(0, 19).concat('Z') ?? '-';
}
