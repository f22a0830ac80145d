import type { FastifyInstance } from 'fastify';

import { LABEL_VALUES, type LabelValue } from '../../../pipeline/core/label.js';
import { DOCUMENT_ID, limitSchema, objectSchema } from '../parameters.js';
import type { SaidLabel, ServerDeps } from '../ports.js';
import { ProblemError } from '../problem.js';
import type { ReadGate } from '../read-gate.js';
import type { DisputesAnswer, KeptAnswer, LabelProgressAnswer, LabelQueueAnswer } from '../wire.js';
import { WRITE_BODY_BYTES } from '../write-guard.js';

export const LABELLER = {
  type: 'string',
  maxLength: 100,
  pattern: '^[^\\s\\p{C}]([^\\p{C}]*[^\\s\\p{C}])?$',
  title: 'the name of a person, 1 to 100 characters, none of them invisible, without blanks around it',
  examples: ['ann'],
  description: 'Who says it, as the desk names its people',
} as const;
const VALUE = { type: 'string', enum: LABEL_VALUES } as const;
const INSTRUMENT = {
  type: 'string',
  maxLength: 100,
  description: 'The company that is meant; empty for the text as a whole',
} as const;
const VERSION = { type: 'integer', minimum: 1, maximum: 4_294_967_295 } as const;

const queueQuery = objectSchema(
  {
    labeller: LABELLER,
    language: { type: 'string', enum: ['en', 'zh'] },
    size: limitSchema(20, 50),
    second: { type: 'boolean', default: false, description: 'Only second looks' },
  },
  ['labeller'],
);
const progressQuery = objectSchema({ labeller: LABELLER }, ['labeller']);
const disputesQuery = objectSchema({ limit: limitSchema(20, 50) });
const about = { labeller: LABELLER, documentId: DOCUMENT_ID, version: VERSION };
const labelBody = objectSchema(
  {
    ...about,
    answers: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      items: objectSchema({ instrument: INSTRUMENT, value: VALUE }, ['instrument', 'value']),
    },
  },
  ['labeller', 'documentId', 'version', 'answers'],
);
const decisionBody = objectSchema({ ...about, instrument: INSTRUMENT, value: VALUE }, [
  'labeller',
  'documentId',
  'version',
  'instrument',
  'value',
]);

interface About {
  readonly labeller: string;
  readonly documentId: string;
  readonly version: number;
}
interface Answered {
  readonly instrument: string;
  readonly value: LabelValue;
}
interface QueueQuery {
  readonly labeller: string;
  readonly language?: 'en' | 'zh';
  readonly size: number;
  readonly second: boolean;
}

/** What is to be labelled, how far it has come, and where people differ; without what any model says. */
export function addLabelRoutes(app: FastifyInstance, { labels }: ServerDeps, gate: ReadGate): void {
  app.get<{ Querystring: QueueQuery }>(
    '/api/v1/labels/queue',
    { schema: { querystring: queueQuery } },
    async ({ query: { language = null, second, ...query } }): Promise<LabelQueueAnswer> => ({
      data: await gate(() => labels.queue({ ...query, language, onlySeconds: second })),
    }),
  );
  app.get<{ Querystring: { readonly labeller: string } }>(
    '/api/v1/labels/progress',
    { schema: { querystring: progressQuery } },
    async ({ query }): Promise<LabelProgressAnswer> => ({
      data: await gate(() => labels.progress(query.labeller)),
    }),
  );
  app.get<{ Querystring: { readonly limit: number } }>(
    '/api/v1/labels/disputes',
    { schema: { querystring: disputesQuery } },
    async ({ query }): Promise<DisputesAnswer> => ({ data: await gate(() => labels.disputes(query.limit)) }),
  );
}

/** Keeps what people say; for a context with `guardWrites`. */
export function addLabelWrites(app: FastifyInstance, { labels }: ServerDeps, gate: ReadGate): void {
  const keep = async (said: readonly SaidLabel[]): Promise<KeptAnswer> => ({
    data: { kept: await gate(() => labels.add(said)) },
  });
  app.post<{ Body: About & { readonly answers: readonly Answered[] } }>(
    '/api/v1/labels',
    { schema: { body: labelBody }, bodyLimit: WRITE_BODY_BYTES },
    ({ body: { labeller, answers, ...body } }) => {
      if (new Set(answers.map(({ instrument }) => instrument)).size < answers.length)
        throw new ProblemError(400, 'The field of the body "answers" must say one thing for each company.');
      return keep(
        answers.map((answer) => ({ ...body, ...answer, author: labeller, origin: 'label' as const })),
      );
    },
  );
  app.post<{ Body: About & Answered }>(
    '/api/v1/labels/decisions',
    { schema: { body: decisionBody }, bodyLimit: WRITE_BODY_BYTES },
    ({ body: { labeller, ...body } }) => keep([{ ...body, author: labeller, origin: 'adjudication' }]),
  );
}
