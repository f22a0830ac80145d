import { diagnose } from '../app/diagnose.js';
import type { Finding } from '../app/try-checks.js';
import { flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS, configFrom, dataFolderOf, PORT_OPTION } from './open-config.js';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Checks this machine, the configuration and the installation, and says what to mend.',
  usage: '[--config FILE] [--data DIR] [--port N] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    ...PORT_OPTION,
    json: { type: 'boolean', doc: 'The findings as one line of JSON.' },
  },
  examples: ['bellwether doctor', 'bellwether doctor --config config/live.yaml --data data/live'],
  async run(args, io) {
    noPositionals(args, 'doctor');
    const config = await configFrom(args, io);
    const world = config.sources.some((source) => source.type === 'demo') ? 'demo' : 'live';
    const json = flag(args, 'json');
    const findings: Finding[] = [];
    for await (const finding of diagnose(config, dataFolderOf(config, world, io), io.signal)) {
      findings.push(finding);
      if (!json) io.out(lineOf(finding));
    }
    if (json) io.out(`${JSON.stringify({ findings })}\n`);
    return findings.some((finding) => finding.state === 'bad') ? 1 : 0;
  },
};

const WORDS: Readonly<Record<Finding['state'], string>> = { good: 'ok  ', note: 'note', bad: 'BAD ' };

function lineOf({ state, what, detail }: Finding): string {
  return `${WORDS[state]} ${what.padEnd(16)} ${detail}\n`;
}
