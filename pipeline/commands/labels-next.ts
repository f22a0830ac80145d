import { GUIDELINE_VERSION } from '../../models/labelling/guideline.js';
import type { QueuedTask } from '../app/labelling/label-queue.js';
import { addLabelsOperation, labelsQueueOperation } from '../app/operations/labels.js';
import { flag, noPositionals } from './arguments.js';
import { askLabel, showTask } from './ask-label.js';
import type { Command, CommandIo } from './command.js';
import { PERSON_OPTION, personOf, QUEUE_OPTIONS, queueRequestOf } from './labels-options.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { openKeys } from './read-keys.js';
import { withOperations, type AskOperation } from './run-operation.js';
import { findInstallation } from './with-installation.js';

export const labelsNextCommand: Command = {
  name: 'labels next',
  summary:
    'Shows the texts of the queue one by one, without what the model says, and keeps what you say: one key each. One in four is a second look at what somebody else labelled.',
  usage: '--as WHO [--size N] [--language en|zh] [--double] [--data DIR]',
  options: {
    ...CONFIG_OPTIONS,
    ...PERSON_OPTION,
    ...QUEUE_OPTIONS,
    double: { type: 'boolean', doc: 'Only second looks.' },
  },
  examples: ['bellwether labels next --as ann --language zh --data data/live'],
  readsStdin: true,
  async run(args, io) {
    noPositionals(args, 'labels next');
    const author = personOf(args, 'as');
    const request = { ...queueRequestOf(args), labeller: author, onlySeconds: flag(args, 'double') };
    const installation = await findInstallation(args, io);
    const keys = await openKeys(io.stdin, io.signal);
    const kept = await withOperations(installation, io, async (ask) => {
      const tasks = await ask(labelsQueueOperation, request);
      if (tasks.length === 0) io.words('Nothing to label.');
      return labelTasks(tasks, author, ask, { ...io, keys });
    });
    await keys.return(undefined);
    io.words(`${kept} ${kept === 1 ? 'text' : 'texts'} labelled by ${author}. Thank you.`);
    return 0;
  },
};

/** Answers how many texts were labelled. */
async function labelTasks(
  tasks: readonly QueuedTask[],
  author: string,
  ask: AskOperation,
  io: CommandIo & { readonly keys: AsyncIterator<string> },
): Promise<number> {
  let kept = 0;
  for (const [at, task] of tasks.entries()) {
    io.out(showTask(task, `${at + 1}/${tasks.length}`));
    const answers = await askLabel(task, io.keys, io.out);
    if (answers === null) break;
    const { documentId, version } = task;
    const said = {
      documentId,
      version,
      origin: 'label',
      author,
      guideline: GUIDELINE_VERSION,
      at: null,
    } as const;
    // One by one: what was said is safe before the next text is shown.
    const { stored } = await ask(addLabelsOperation, {
      labels: answers.map((answer) => ({ ...said, ...answer })),
    });
    if (stored > 0) kept += 1;
    else io.words('This document was removed meanwhile; nothing was kept about it.');
  }
  return kept;
}
