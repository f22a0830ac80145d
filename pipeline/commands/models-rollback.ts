import { rollBack } from '../app/model-life/approve.js';
import { systemClock } from '../core/clock.js';
import { noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { personOf } from './labels-options.js';
import { WHEN_IT_SERVES } from './models-options.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { findInstallation } from './with-installation.js';

export const modelsRollbackCommand: Command = {
  name: 'models rollback',
  summary: 'Puts the model back that served before the last approval.',
  usage: '--by WHO [--data DIR]',
  options: { ...CONFIG_OPTIONS, by: { type: 'string', value: 'WHO', doc: 'Who does it.' } },
  examples: ['bellwether models rollback --by ann --data data/live'],
  async run(args, io) {
    noPositionals(args, 'models rollback');
    const by = personOf(args, 'by');
    const { dataDir } = await findInstallation(args, io);
    const back = await rollBack(dataDir, by, systemClock.now());
    io.out(`Back to ${back?.id ?? 'the model of the package'}. ${WHEN_IT_SERVES}\n`);
    return 0;
  },
};
