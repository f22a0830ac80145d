import type { FastifyInstance } from 'fastify';

import { documentText } from '../../../pipeline/core/scored.js';
import { objectSchema } from '../parameters.js';
import type { ServerDeps } from '../ports.js';
import { ProblemError } from '../problem.js';
import type { ReadGate } from '../read-gate.js';
import type { ExplainAnswer } from '../wire.js';

interface ExplainBody {
  readonly text: string;
  readonly title?: string;
  readonly language?: string;
}

const body = objectSchema(
  {
    text: {
      type: 'string',
      minLength: 1,
      maxLength: 100_000,
      description: 'The text; what follows its first 1,000 characters carries no score',
    },
    title: { type: 'string', maxLength: 2_000, description: 'Headline; it is read before the text' },
    language: {
      type: 'string',
      pattern: '^[A-Za-z-]{2,10}$',
      title: 'the code of a language, 2 to 10 letters and hyphens',
      examples: ['zh'],
      description: 'Without it the language is detected',
    },
  },
  ['text'],
);

/** Explains a text that need not be stored, and stores nothing. */
export function addExplainRoute(app: FastifyInstance, deps: ServerDeps, gate: ReadGate): void {
  app.post<{ Body: ExplainBody }>(
    '/api/v1/explain',
    { schema: { body } },
    async (request): Promise<ExplainAnswer> => {
      const { title = null, language = null } = request.body;
      const text = documentText({ title, text: request.body.text });
      const explanation = await gate(() => deps.explain({ text, language }));
      if (explanation === null)
        throw new ProblemError(503, 'The model gave no answer; try again in a moment.', {
          code: 'model_unanswered',
        });
      return { data: { text, ...explanation } };
    },
  );
}
