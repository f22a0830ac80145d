import { letterId, parseLetterId } from '../app/dead-letters.js';
import { describeOriginal, escapeControls } from '../app/dead-letters-text.js';
import { showDeadLetterOperation, type ShownLetter } from '../app/operations/dead-letters.js';
import { RAW_TOPIC } from '../core/log.js';
import { ConfigError } from '../core/errors.js';
import { flag } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { findInstallation } from './with-installation.js';

export const deadLettersShowCommand: Command = {
  name: 'dead-letters show',
  summary: 'Shows a dead letter: why it is one, its place, and the original.',
  usage: 'ID [--data DIR] [--json]',
  options: { ...CONFIG_OPTIONS, json: { type: 'boolean', doc: 'One line of JSON, the original in base64.' } },
  examples: ['bellwether dead-letters show 0:123'],
  async run(args, io) {
    const [id, ...others] = args.positionals;
    if (id === undefined || others.length > 0)
      throw new ConfigError('usage', 'dead-letters show takes one ID, such as 0:123.');
    parseLetterId(id);
    const letter = await runOperation(showDeadLetterOperation, { id }, await findInstallation(args, io), io);
    const { raw, ...rest } = letter;
    io.out(
      flag(args, 'json') ? `${JSON.stringify({ id: letterId(raw), ...raw, ...rest })}\n` : describe(letter),
    );
    return 0;
  },
};

function describe(letter: ShownLetter): string {
  const rows: readonly (readonly [string, string])[] = [
    ['id', letterId(letter.raw)],
    ['state', letter.wentTo === null ? letter.state : `${letter.state}, went to ${letter.wentTo}`],
    ['reason', letter.reason],
    ['detail', letter.detail],
    ['stage', letter.stage],
    ['place', `${RAW_TOPIC}, partition ${letter.raw.partition}, offset ${letter.raw.offset}`],
    ['source', letter.sourceId ?? 'not readable'],
    ['attempts', `${letter.attempts}`],
    ['first seen', letter.firstSeenAt],
    ['last seen', letter.lastSeenAt],
    ['original', `${letter.bytes} bytes`],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(12)}${escapeControls(value)}`);
  return `${lines.join('\n')}\n\n${describeOriginal(letter.originalBase64)}\n`;
}
