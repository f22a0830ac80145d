import { expect, it } from 'vitest';

import { parseArguments } from '../../../../pipeline/commands/parse-arguments.js';

const command = {
  name: 'start',
  options: {
    config: { type: 'string', value: 'FILE', doc: 'A file.' },
    json: { type: 'boolean', doc: 'JSON.' },
  },
} as const;

it.each([
  [['--confg', 'a.yaml'], 'There is no option --confg; did you mean --config? '],
  [['--Json'], 'There is no option --Json; did you mean --json? '],
  [['--colour=red'], 'There is no option --colour. '],
  [['-x'], 'There is no option -x. '],
  [['--constructor'], 'There is no option --constructor. '],
  [['--config'], '--config needs a value: --config FILE. '],
  [
    ['--config', '--json'],
    '--config needs a value, and "--json" looks like an option. If it is the value, write --config=--json. ',
  ],
  [['--json=yes'], '--json takes no value; leave away what follows the "=". '],
])('answers %j with the mistake and how it is written', (args, words) => {
  expect(() => parseArguments(command, args)).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: `${words}"bellwether start --help" shows what it takes.`,
    }) as Error,
  );
});

it('reads options and arguments, a hyphen alone and a value that begins with one among them', () => {
  const { values, positionals } = parseArguments(command, ['-', '--config=-x', '--json', '--', '--raw']);
  expect({ ...values }).toEqual({ config: '-x', json: true });
  expect(positionals).toEqual(['-', '--raw']);
});
