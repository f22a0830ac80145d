import { askService } from '../app/control-client.js';
import { dataPaths } from '../app/data-folder.js';
import { balances, type Reconciliation } from '../app/reconcile.js';
import { startService } from '../app/service.js';
import { systemClock } from '../core/clock.js';
import { createLogger } from '../telemetry/logger.js';
import { flag, noPositionals } from './arguments.js';
import type { Command, CommandIo } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { findInstallation, type Installation } from './with-installation.js';

export const reconcileCommand: Command = {
  name: 'reconcile',
  summary:
    'Proves that every accepted document is stored, dead-lettered, a duplicate or dropped, and that the roll-ups are right.',
  usage: '[--data DIR] [--json]',
  options: { ...CONFIG_OPTIONS, json: { type: 'boolean', doc: 'One line of JSON.' } },
  examples: ['bellwether reconcile --data data/replay'],
  async run(args, io) {
    noPositionals(args, 'reconcile');
    const installation = await findInstallation(args, io);
    const { heldBy, dataDir } = installation;
    const result =
      heldBy === null
        ? await reconcileStopped(installation, io)
        : await askService(dataPaths(dataDir).socket, 'reconcile', {}, io.signal);
    io.out(flag(args, 'json') ? `${JSON.stringify(result)}\n` : table(result));
    return balances(result) ? 0 : 1;
  },
};

/** A stopped installation may have accepted what it has not stored yet; that is done first, without sources and without a port to guess. */
async function reconcileStopped(
  { config, dataDir, world }: Installation,
  io: CommandIo,
): Promise<Reconciliation> {
  const quiet: typeof config = {
    ...config,
    sources: [],
    http: { ...config.http, host: '127.0.0.1', port: 0 },
    metrics: { ...config.metrics, host: '127.0.0.1', port: 0 },
  };
  const logger = createLogger({ level: config.telemetry.logLevel });
  const service = await startService({ config: quiet, dataDir, world, clock: systemClock, logger });
  try {
    return await service.reconcile(io.signal);
  } finally {
    await service.stop();
  }
}

function table(result: Reconciliation): string {
  const rows: readonly (readonly [string, number])[] = [
    ['accepted', result.accepted],
    ['stored', result.stored],
    ['dead letters', result.deadLettered],
    ['duplicates', result.duplicates],
    ['dropped', result.dropped],
    ['erased', result.erased],
    ['difference', result.difference],
    ['roll-ups that differ', result.rollUpDifferences],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(22)}${String(value).padStart(12)}`);
  return `${lines.join('\n')}\n${balances(result) ? 'The books balance.' : 'The books do NOT balance.'}\n`;
}
