import type { QueuedTask } from '../app/labelling/label-queue.js';
import { labelsQueueOperation } from '../app/operations/labels.js';
import { escapeControls } from '../app/dead-letters-text.js';
import { flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { QUEUE_OPTIONS, queueRequestOf } from './labels-options.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { textTable } from './text-table.js';
import { findInstallation } from './with-installation.js';

export const labelsQueueCommand: Command = {
  name: 'labels queue',
  summary:
    'Lists stored documents that are worth labelling, most worth first: verdicts against the model, alerts that quote them, doubt; with the reasons. Of one story one.',
  usage: '[--size N] [--language en|zh] [--by value|uncertainty|random] [--days N] [--data DIR] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    ...QUEUE_OPTIONS,
    json: { type: 'boolean', doc: 'One line of JSON for each, with the whole text.' },
  },
  examples: ['bellwether labels queue --size 50 --language zh --data data/live'],
  async run(args, io) {
    noPositionals(args, 'labels queue');
    const request = { ...queueRequestOf(args), labeller: null, onlySeconds: false };
    const tasks = await runOperation(labelsQueueOperation, request, await findInstallation(args, io), io);
    if (flag(args, 'json')) for (const task of tasks) io.out(`${JSON.stringify(task)}\n`);
    else io.out(table(tasks));
    return 0;
  },
};

function table(tasks: readonly QueuedTask[]): string {
  if (tasks.length === 0) return 'Nothing to label: no documents of the time, or all are labelled.\n';
  const rows = tasks.map(({ documentId, language, value, reasons, text }) => [
    documentId,
    language,
    value?.toFixed(2) ?? '-',
    reasons.join(','),
    escapeControls(text).replace(/\s+/g, ' ').slice(0, 60),
  ]);
  return textTable(['DOCUMENT', 'LANGUAGE', 'VALUE', 'WHY', 'TEXT'], rows);
}
