import { reconcileOperation } from '../app/operations/reconcile.js';
import { balances, type Reconciliation } from '../app/reconcile.js';
import { flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { findInstallation } from './with-installation.js';

export const reconcileCommand: Command = {
  name: 'reconcile',
  summary:
    'Proves that every accepted document is stored, dead-lettered, a duplicate or dropped, and that the roll-ups are right.',
  usage: '[--data DIR] [--json]',
  options: { ...CONFIG_OPTIONS, json: { type: 'boolean', doc: 'One line of JSON.' } },
  examples: ['bellwether reconcile --data data/replay'],
  async run(args, io) {
    noPositionals(args, 'reconcile');
    const result = await runOperation(reconcileOperation, {}, await findInstallation(args, io), io);
    io.out(flag(args, 'json') ? `${JSON.stringify(result)}\n` : table(result));
    return balances(result) ? 0 : 1;
  },
};

function table(result: Reconciliation): string {
  const rows: readonly (readonly [string, number])[] = [
    ['accepted', result.accepted],
    ['stored', result.stored],
    ['dead letters', result.deadLettered],
    ['duplicates', result.duplicates],
    ['dropped', result.dropped],
    ['erased', result.erased],
    ['  of these by age', result.expired],
    ['difference', result.difference],
    ['roll-ups that differ', result.rollUpDifferences],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(22)}${String(value).padStart(12)}`);
  return `${lines.join('\n')}\n${balances(result) ? 'The books balance.' : 'The books do NOT balance.'}\n`;
}
