import { diffOperation, type DiffAnswer } from '../app/operations/diff.js';
import { ConfigError } from '../core/errors.js';
import { FREQUENCIES, MARKET_SERIES } from '../core/series.js';
import { CHANGE_KINDS, type DocumentChange } from '../core/store.js';
import { choiceOption, flag, noPositionals, numberOption, textOption } from './arguments.js';
import type { Command, CommandArguments } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { timeOption } from './time-option.js';
import { findInstallation } from './with-installation.js';

const SHOWN_DOCUMENTS = 50;
const SHOWN_WINDOWS = 40;

export const diffCommand: Command = {
  name: 'diff',
  summary: 'Lists what became known between two times and why, and what it did to the windows of a series.',
  usage:
    '--from TIME [--to TIME] [--series SERIES] [--frequency 1m|1h|1d] [--limit N] [--offset N] [--data DIR] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    from: { type: 'string', value: 'TIME', doc: 'What was known at this time …' },
    to: {
      type: 'string',
      value: 'TIME',
      doc: '… is compared with what was known at this one; by default the newest that is settled.',
    },
    series: {
      type: 'string',
      value: 'SERIES',
      doc: 'market (default), instrument:AAPL.XNAS or sector:banks.',
    },
    frequency: { type: 'string', value: FREQUENCIES.join('|'), doc: 'Length of the windows; 1d by default.' },
    limit: { type: 'string', value: 'N', doc: `Documents to list, 1 to 200; ${SHOWN_DOCUMENTS} by default.` },
    offset: { type: 'string', value: 'N', doc: 'Documents to leave out first.' },
    json: { type: 'boolean', doc: 'One line of JSON.' },
  },
  examples: [
    'bellwether diff --from 2026-01-30T08:00:00Z --to 2026-01-31T08:00:00Z --series instrument:AAPL.XNAS',
  ],
  async run(args, io) {
    noPositionals(args, 'diff');
    const request = {
      series: (textOption(args, 'series') ?? MARKET_SERIES).replace(/^instrument:/, ''),
      frequency: choiceOption(args, 'frequency', FREQUENCIES) ?? '1d',
      from: requiredFrom(args),
      to: timeOption(args, 'to'),
      limit: numberOption(args, 'limit', { min: 1, max: 200, whole: true }) ?? SHOWN_DOCUMENTS,
      offset: numberOption(args, 'offset', { min: 0, max: 1e9, whole: true }) ?? 0,
    };
    const diff = await runOperation(diffOperation, request, await findInstallation(args, io), io);
    io.out(flag(args, 'json') ? `${JSON.stringify(diff)}\n` : table(diff));
    if (diff.nextOffset !== null) io.words(`There is more: --offset ${diff.nextOffset} goes on.`);
    return 0;
  },
};

function requiredFrom(args: CommandArguments): number {
  const time = timeOption(args, 'from');
  if (time !== null) return time;
  throw new ConfigError('usage', 'diff needs --from TIME. "bellwether diff --help" shows how.');
}

function table({ from, to, counts, changes, windows, windowsChanged }: DiffAnswer): string {
  const total = CHANGE_KINDS.map((kind) => `${kind} ${counts[kind] ?? 0}`).join(', ');
  const left = windowsChanged - Math.min(windows.length, SHOWN_WINDOWS);
  return [
    `From what was known at ${new Date(from).toISOString()} to what was known at ${new Date(to).toISOString()}:`,
    `Changes: ${total}.`,
    ...changes.map(documentLine),
    `Windows changed: ${windowsChanged}.`,
    ...windows
      .slice(0, SHOWN_WINDOWS)
      .map(
        (window) =>
          `${window.start}  documents ${window.documentsBefore} → ${window.documentsAfter}  polarity ${signed(window.polarityBefore)} → ${signed(window.polarityAfter)}`,
      ),
    ...(left > 0 ? [`… and ${left} more.`] : []),
    '',
  ].join('\n');
}

function documentLine({ kind, knownAt, id, version, before, after, title }: DocumentChange): string {
  const scores = `${signed(before?.polarity ?? null)} → ${signed(after?.polarity ?? null)}`;
  return `${knownAt}  ${kind.padEnd(10)}  ${id} v${version}  ${scores}  ${(title ?? '').replace(/\s+/g, ' ')}`;
}

function signed(polarity: number | null): string {
  return polarity === null ? '  –  ' : `${polarity < 0 ? '' : '+'}${polarity.toFixed(2)}`;
}
