import { resetBreakerOperation } from '../app/operations/breaker.js';
import { noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { findInstallation } from './with-installation.js';

export const breakerResetCommand: Command = {
  name: 'breaker reset',
  summary: 'Lets a flow go on that stopped because too many documents became dead letters; counts from zero.',
  usage: '[--data DIR]',
  options: CONFIG_OPTIONS,
  examples: ['bellwether breaker reset --data data/live'],
  async run(args, io) {
    noPositionals(args, 'breaker reset');
    const installation = await findInstallation(args, io);
    if (installation.heldBy === null) {
      io.words('No service is running; the breaker counts from zero at the next start.');
      return 0;
    }
    const { reset } = await runOperation(resetBreakerOperation, {}, installation, io);
    io.words(reset ? 'The breaker is closed; the flow goes on.' : 'The breaker was not open.');
    return 0;
  },
};
