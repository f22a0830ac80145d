import type { FastifyInstance } from 'fastify';

import type { Alert } from '../../../pipeline/core/alert.js';
import type { LabelValue } from '../../../pipeline/core/label.js';
import type { DocumentView } from '../../../pipeline/core/store.js';
import { DOCUMENT_ID, KEY_ID, objectSchema } from '../parameters.js';
import type { SaidLabel, ServerDeps } from '../ports.js';
import { ProblemError } from '../problem.js';
import type { ReadGate } from '../read-gate.js';
import { VERDICTS, type KeptAnswer, type Verdict } from '../wire.js';
import { WRITE_BODY_BYTES } from '../write-guard.js';
import { LABELLER } from './labels.js';

interface VerdictBody {
  readonly labeller: string;
  readonly documentId: string;
  readonly verdict: Verdict;
  readonly sentiment?: 'neutral' | 'positive';
}

const params = objectSchema({ id: KEY_ID }, ['id']);
const body = objectSchema(
  {
    labeller: LABELLER,
    documentId: { ...DOCUMENT_ID, description: 'One of those that the alert quotes' },
    verdict: { type: 'string', enum: VERDICTS },
    sentiment: {
      type: 'string',
      enum: ['neutral', 'positive'],
      description: 'What the text is instead; needed with wrong_model, and with nothing else',
    },
  },
  ['labeller', 'documentId', 'verdict'],
);

/** Keeps what the reader of an alert says about a document in it; for a context with `guardWrites`. */
export function addVerdictRoute(app: FastifyInstance, deps: ServerDeps, gate: ReadGate): void {
  app.post<{ Params: { id: string }; Body: VerdictBody }>(
    '/api/v1/alerts/:id/verdict',
    { schema: { params, body }, bodyLimit: WRITE_BODY_BYTES },
    async ({ params: { id }, body: said }): Promise<KeptAnswer> => {
      const value = toValue(said);
      const found = await gate(() => deps.queries.alert(id, null));
      if (found === null) throw new ProblemError(404, `There is no alert "${id}".`);
      const { alert } = found;
      if (!alert.documents.some((document) => document.id === said.documentId))
        throw new ProblemError(400, `The alert does not quote the document "${said.documentId}".`);
      const document = await gate(() => deps.queries.document(said.documentId, null));
      if (document === null)
        throw new ProblemError(404, `The document "${said.documentId}" is not stored any more.`);
      const label = toLabel(said, value, alert, document);
      return { data: { kept: await gate(() => deps.labels.add([label])) } };
    },
  );
}

/** An alert is about bad news: whoever says that it is right says that the text is negative. What is no news is neutral (guide, rule 7). */
function toValue({ verdict, sentiment }: VerdictBody): LabelValue {
  if ((verdict === 'wrong_model') !== (sentiment !== undefined))
    throw new ProblemError(
      400,
      'The field of the body "sentiment" is needed with wrong_model, and only then.',
    );
  switch (verdict) {
    case 'right':
      return 'negative';
    case 'wrong_company':
      return 'wrong_entity';
    case 'not_news':
      return 'neutral';
    case 'wrong_model':
      return sentiment ?? 'neutral';
  }
}

/** As labels are asked for: about the company where the text names several, else about the whole. */
function toLabel(
  { verdict, labeller, documentId }: VerdictBody,
  value: LabelValue,
  { series }: Alert,
  { version, mentions }: DocumentView,
): SaidLabel {
  const company = series.kind === 'instrument' ? series.id : '';
  if (verdict === 'wrong_company' && company === '')
    throw new ProblemError(400, 'The alert is about no company, so that none can be wrong.');
  const several = mentions.filter(({ relevance }) => relevance > 0).length > 1;
  const instrument = verdict === 'wrong_company' || (several && verdict !== 'not_news') ? company : '';
  return { documentId, version, instrument, value, author: labeller, origin: 'verdict' };
}
