import { DEAD_LETTER_STATES, letterId, type KeptLetter } from '../app/dead-letters.js';
import { escapeControls } from '../app/dead-letters-text.js';
import { listDeadLettersOperation } from '../app/operations/dead-letters.js';
import { DEAD_LETTER_REASONS } from '../core/scored.js';
import { choiceOption, flag, noPositionals, numberOption, textOption } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { textTable } from './text-table.js';
import { findInstallation } from './with-installation.js';

const USUAL_LIMIT = 100;

export const deadLettersListCommand: Command = {
  name: 'dead-letters list',
  summary: 'Lists the messages that could not be handled, in the order of the log.',
  usage: '[--state S] [--reason R] [--source ID] [--limit N] [--data DIR] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    state: { type: 'string', value: 'S', doc: `Only ${DEAD_LETTER_STATES.join(', ')}; all, when left out.` },
    reason: { type: 'string', value: 'R', doc: `Only ${DEAD_LETTER_REASONS.join(', ')}.` },
    source: { type: 'string', value: 'ID', doc: 'Only of this source.' },
    limit: { type: 'string', value: 'N', doc: `At most so many (${USUAL_LIMIT}).` },
    json: { type: 'boolean', doc: 'One line of JSON for each letter.' },
  },
  examples: ['bellwether dead-letters list --state waiting --reason invalid'],
  async run(args, io) {
    noPositionals(args, 'dead-letters list');
    const request = {
      state: choiceOption(args, 'state', DEAD_LETTER_STATES),
      reason: choiceOption(args, 'reason', DEAD_LETTER_REASONS),
      source: textOption(args, 'source'),
      limit: numberOption(args, 'limit', { min: 1, max: 10_000, whole: true }) ?? USUAL_LIMIT,
    };
    const installation = await findInstallation(args, io);
    const letters = await runOperation(listDeadLettersOperation, request, installation, io);
    if (flag(args, 'json')) for (const letter of letters) io.out(`${JSON.stringify(toJson(letter))}\n`);
    else io.out(table(letters));
    if (letters.length === request.limit) io.words('There may be more; ask with a higher --limit.');
    return 0;
  },
};

function toJson({ raw, ...letter }: KeptLetter) {
  return { id: letterId(raw), ...raw, ...letter };
}

function table(letters: readonly KeptLetter[]): string {
  if (letters.length === 0) return 'No dead letters.\n';
  const rows = letters.map((letter) => [
    letterId(letter.raw),
    letter.state,
    letter.reason,
    escapeControls(letter.sourceId ?? '-'),
    `${letter.attempts}`,
    letter.lastSeenAt,
    oneLine(letter.detail),
  ]);
  const head = ['ID', 'STATE', 'REASON', 'SOURCE', 'TRIES', 'LAST SEEN', 'DETAIL'];
  return textTable(head, rows);
}

function oneLine(text: string): string {
  return escapeControls(text)
    .replace(/[\n\t]+/g, ' ')
    .slice(0, 100);
}
