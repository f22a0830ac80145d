import { z } from 'zod';

import { QUEUE_ORDERS } from '../../../models/labelling/rank-candidates.js';
import { measureAgreement, settleLabels } from '../../../models/labelling/settle-labels.js';
import { ConfigError } from '../../core/errors.js';
import { LABEL_ORIGINS, LABEL_VALUES, type Label, type LabelTask } from '../../core/label.js';
import { buildQueue, toTask, type QueuedTask, type QueueRequest } from '../labelling/label-queue.js';
import type { Operation } from './operation.js';

const person = z.string().trim().min(1).max(100);
const queueRequest = z.strictObject({
  size: z.int().min(1).max(500),
  language: z.enum(['en', 'zh']).nullable(),
  by: z.enum(QUEUE_ORDERS),
  seed: z.int().min(0).max(4_294_967_295),
  days: z.int().min(1).max(3_650),
  labeller: person.nullable(),
  onlySeconds: z.boolean(),
});

/** Which documents are worth labelling, and why. */
export const labelsQueueOperation: Operation<QueueRequest, readonly QueuedTask[]> = {
  name: 'labels-queue',
  parse: (body) => parsed(queueRequest, body, 'A labelling queue'),
  run: (request, { parts, clock }) => buildQueue(request, parts.store.labels, clock.now()),
};

/** The most labels that one request may bring. */
export const MOST_LABELS_A_REQUEST = 5_000;
const addRequest = z.strictObject({
  labels: z
    .array(
      z.strictObject({
        documentId: z
          .string()
          .regex(
            /^[0-9a-f]{32}$/,
            'must be 32 hexadecimal digits in small letters, as every list of documents gives',
          ),
        /** Null: the newest. */
        version: z.int().min(1).nullable(),
        instrument: z.string().max(100),
        value: z.enum(LABEL_VALUES),
        origin: z.enum(LABEL_ORIGINS),
        author: person,
        guideline: z.string().min(1).max(40),
        /** Milliseconds; null: now. */
        at: z.int().min(0).nullable(),
      }),
    )
    .min(1)
    .max(MOST_LABELS_A_REQUEST),
});

export type AddLabelsRequest = z.infer<typeof addRequest>;
export type NewLabel = AddLabelsRequest['labels'][number];

export interface AddLabelsResult {
  readonly stored: number;
  /** Documents (in this version) that are not stored; nothing was kept about them. */
  readonly unknown: readonly string[];
}

/**
 * Keeps what people say about documents: also the port for verdicts, `{documentId, value, origin: "verdict"}`. Nothing is
 * overwritten; a time in the future becomes now.
 */
export const addLabelsOperation: Operation<AddLabelsRequest, AddLabelsResult> = {
  name: 'labels-add',
  parse: (body) => parsed(addRequest, body, 'Labels'),
  async run({ labels }, { parts: { store }, clock }) {
    const now = clock.now();
    const resolved: Label[] = [];
    const unknown = new Set<string>();
    const newest = new Map<string, number | null>();
    for (const label of labels) {
      const { documentId } = label;
      if (label.version === null && !newest.has(documentId))
        newest.set(documentId, (await store.document(documentId, null))?.version ?? null);
      const version = label.version ?? newest.get(documentId) ?? null;
      if (version === null) unknown.add(documentId);
      else resolved.push({ ...label, version, at: Math.min(label.at ?? now, now) });
    }
    for (const id of await store.labels.add(resolved)) unknown.add(id);
    return {
      stored: labels.filter(({ documentId }) => !unknown.has(documentId)).length,
      unknown: [...unknown],
    };
  },
};

const listRequest = z.strictObject({ texts: z.enum(['none', 'disputed', 'settled']) });
export type ListLabelsRequest = z.infer<typeof listRequest>;

export interface ListLabelsResult {
  /** The newest of each item and person. */
  readonly labels: readonly Label[];
  /** The texts asked for, as far as they are still stored. */
  readonly tasks: readonly LabelTask[];
}

/** Labels that train at once: the newest ones. */
const MOST_TEXTS = 20_000;

/** What people have said, with the texts where they differ or where the outcome is settled. */
export const listLabelsOperation: Operation<ListLabelsRequest, ListLabelsResult> = {
  name: 'labels-list',
  parse: (body) => parsed(listRequest, body, 'A list of labels'),
  async run({ texts }, { parts: { store } }) {
    const labels = await store.labels.list();
    const wanted = {
      none: () => [],
      disputed: () => measureAgreement(labels).disputes,
      settled: () => settleLabels(labels),
    }[texts]();
    const ids = new Map(
      wanted
        .slice(-MOST_TEXTS)
        .map(({ documentId, version }) => [`${documentId} ${version}`, { id: documentId, version }]),
    );
    return { labels, tasks: (await store.labels.read([...ids.values()])).map(toTask) };
  },
};

function parsed<T>(schema: z.ZodType<T>, body: unknown, what: string): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new ConfigError('usage', `${what} cannot be asked for so: ${z.prettifyError(result.error)}`);
}
