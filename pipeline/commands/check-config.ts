import { stringify } from 'yaml';

import { cautionsOf } from '../../config/cautions.js';
import { redactedConfig } from '../../config/load.js';
import { loadRules } from '../app/expert-rules.js';
import { effectiveRules } from '../app/effective-rules.js';
import { textOption, flag } from './arguments.js';
import { ConfigError } from '../core/errors.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

export const checkConfigCommand: Command = {
  name: 'check-config',
  summary:
    'Checks a configuration (file, environment) and prints what it comes to, secrets redacted. All problems at once.',
  usage: '[FILE | --config FILE] [--json]',
  options: { config: CONFIG_OPTIONS.config, json: { type: 'boolean', doc: 'JSON instead of YAML.' } },
  examples: ['bellwether check-config config/live.yaml'],
  async run(args, io) {
    const [file, extra] = args.positionals;
    if (extra !== undefined)
      throw new ConfigError('usage', `check-config takes one FILE; "${extra}" is one too many.`);
    if (file !== undefined && textOption(args, 'config') !== null)
      throw new ConfigError('usage', 'Give the file once: as FILE or with --config.');
    const values = file === undefined ? args.values : { ...args.values, config: file };
    const config = await configFrom({ ...args, values }, io);
    effectiveRules(config.alerts.rules);
    const { waiting } = await loadRules(config.models.rules);
    const shown = redactedConfig(config);
    io.out(flag(args, 'json') ? `${JSON.stringify(shown)}\n` : stringify(shown));
    for (const { id } of waiting)
      io.words(`The expert rule ${id} is not in force: somebody else than its author has to approve it.`);
    for (const sentence of cautionsOf(config)) io.words(sentence);
    io.words('The configuration is sound.');
    return 0;
  },
};
