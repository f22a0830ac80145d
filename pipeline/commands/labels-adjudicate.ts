import { GUIDELINE_VERSION } from '../../models/labelling/guideline.js';
import { measureAgreement, type Dispute } from '../../models/labelling/settle-labels.js';
import { addLabelsOperation, listLabelsOperation } from '../app/operations/labels.js';
import type { LabelTask } from '../core/label.js';
import { noPositionals } from './arguments.js';
import { askLabel, showTask } from './ask-label.js';
import type { Command, CommandIo } from './command.js';
import { PERSON_OPTION, personOf } from './labels-options.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { openKeys } from './read-keys.js';
import { withOperations, type AskOperation } from './run-operation.js';
import { wrapText } from './terminal-text.js';
import { findInstallation } from './with-installation.js';

export const labelsAdjudicateCommand: Command = {
  name: 'labels adjudicate',
  summary:
    'Shows what people do not agree about, with what each said, and keeps your decision beside it. Decisions do not count as agreement.',
  usage: '--as WHO [--data DIR]',
  options: { ...CONFIG_OPTIONS, ...PERSON_OPTION },
  examples: ['bellwether labels adjudicate --as cy --data data/live'],
  readsStdin: true,
  async run(args, io) {
    noPositionals(args, 'labels adjudicate');
    const author = personOf(args, 'as');
    const installation = await findInstallation(args, io);
    const keys = await openKeys(io.stdin, io.signal);
    const decided = await withOperations(installation, io, async (ask) => {
      const { labels, tasks } = await ask(listLabelsOperation, { texts: 'disputed' });
      const texts = new Map(tasks.map((task) => [`${task.documentId} ${task.version}`, task]));
      const disputes = measureAgreement(labels).disputes.flatMap((dispute) => {
        const task = texts.get(`${dispute.documentId} ${dispute.version}`);
        return task === undefined ? [] : [{ dispute, task }];
      });
      if (disputes.length === 0) io.words('Nobody disagrees about a text that is still stored.');
      return decide(disputes, author, ask, { ...io, keys });
    });
    await keys.return(undefined);
    io.words(`${decided} decided by ${author}.`);
    return 0;
  },
};

async function decide(
  disputes: readonly { readonly dispute: Dispute; readonly task: LabelTask }[],
  author: string,
  ask: AskOperation,
  io: CommandIo & { readonly keys: AsyncIterator<string> },
): Promise<number> {
  let decided = 0;
  for (const [at, { dispute, task }] of disputes.entries()) {
    const { documentId, version, instrument } = dispute;
    io.out(showTask(task, `${at + 1}/${disputes.length}`));
    const said = dispute.labels.map((label) => `${label.author}: ${label.value}`).join(' · ');
    const about = task.companies.find((company) => company.instrument === instrument)?.name ?? instrument;
    io.out(`${wrapText(`${about === '' ? '' : `${about} — `}${said}`, 78).join('\n')}\n`);
    const answers = await askLabel({ ...task, companies: [] }, io.keys, io.out);
    const value = answers?.[0]?.value;
    if (value === undefined) break;
    const origin = 'adjudication';
    const label = {
      documentId,
      version,
      instrument,
      value,
      origin,
      author,
      guideline: GUIDELINE_VERSION,
      at: null,
    } as const;
    decided += (await ask(addLabelsOperation, { labels: [label] })).stored;
  }
  return decided;
}
