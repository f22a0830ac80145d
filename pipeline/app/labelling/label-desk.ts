import type { LabelDesk } from '../../../dashboards/api/ports.js';
import { GUIDELINE_VERSION } from '../../../models/labelling/guideline.js';
import { measureAgreement } from '../../../models/labelling/settle-labels.js';
import type { LabelTask } from '../../core/label.js';
import { addLabelsOperation, labelsQueueOperation, listLabelsOperation } from '../operations/labels.js';
import type { Operation } from '../operations/operation.js';

/** How far back the page looks for texts, days. */
const DAYS = 30;
/** An hour: people who look in the same hour get the same lot. */
const SEED_MS = 3_600_000;

/** Labelling on the page: the same operations, store and guidelines as those of `bellwether labels`. */
export function createLabelDesk(
  operate: <Request, Answer>(
    operation: Operation<Request, Answer>,
    request: NoInfer<Request>,
  ) => Promise<Answer>,
  now: () => number,
): LabelDesk {
  return {
    async queue(request) {
      const seed = Math.floor(now() / SEED_MS) % 4_294_967_295;
      const tasks = await operate(labelsQueueOperation, { ...request, by: 'value', days: DAYS, seed });
      return tasks.map(toWire);
    },
    async add(labels) {
      const said = labels.map((label) => ({ ...label, guideline: GUIDELINE_VERSION, at: null }));
      return (await operate(addLabelsOperation, { labels: said })).stored;
    },
    async progress(labeller) {
      const { labels } = await operate(listLabelsOperation, { texts: 'none' });
      const { items, doublyLabelled, disputes, figure, pairs, problem } = measureAgreement(labels);
      const mine = labels.filter(({ author }) => author === labeller).length;
      return { items, mine, doublyLabelled, disputed: disputes.length, figure, pairs, problem };
    },
    async disputes(limit) {
      const { labels, tasks } = await operate(listLabelsOperation, { texts: 'disputed' });
      const texts = new Map(tasks.map((task) => [`${task.documentId} ${task.version}`, task]));
      const found = measureAgreement(labels).disputes.flatMap((dispute) => {
        const task = texts.get(`${dispute.documentId} ${dispute.version}`);
        if (task === undefined) return [];
        const said = dispute.labels.map(({ author, value }) => ({ author, value }));
        return [{ task: toWire(task), instrument: dispute.instrument, said }];
      });
      return found.slice(0, limit);
    },
  };
}

/** Nothing of what is known about it: neither why it is asked for nor that it is a second look. */
function toWire(task: LabelTask): LabelTask {
  const { documentId, version, language, text, source, publishedAt, companies } = task;
  return { documentId, version, language, text, source, publishedAt, companies };
}
