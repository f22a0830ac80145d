import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

import { BellwetherError, TimeoutError } from '../../pipeline/core/errors.js';
import type { Logger } from '../../pipeline/telemetry/logger.js';

/** A refusal that is told to the caller as it is (RFC 9457). `detail` names the field and the fix; a `code` in `extra` says more exactly than the status what it is. */
export class ProblemError extends Error {
  readonly status: number;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, detail: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(detail);
    this.name = 'ProblemError';
    this.status = status;
    this.extra = extra;
  }
}

/** What a status means, where nothing says it more exactly. */
const KINDS: Readonly<Record<number, { readonly title: string; readonly code: string }>> = {
  400: { title: 'Bad request', code: 'bad_request' },
  401: { title: 'Unauthorized', code: 'token_wrong' },
  403: { title: 'Forbidden', code: 'other_site' },
  404: { title: 'Not found', code: 'not_found' },
  405: { title: 'Method not allowed', code: 'bad_request' },
  409: { title: 'Not settled', code: 'as_of_not_settled' },
  413: { title: 'Too large', code: 'too_large' },
  415: { title: 'Unsupported media type', code: 'bad_request' },
  421: { title: 'Misdirected request', code: 'wrong_host' },
  429: { title: 'Too many requests', code: 'too_many_reads' },
  500: { title: 'Internal error', code: 'internal_error' },
  503: { title: 'Not available', code: 'unavailable' },
};
const OTHER_KIND = { title: 'Error', code: 'bad_request' };

export function sendProblem(
  reply: FastifyReply,
  status: number,
  detail: string,
  extra: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  if (status === 429 || status === 503) void reply.header('retry-after', '1');
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify({ ...(KINDS[status] ?? OTHER_KIND), status, detail, ...extra }));
}

/** Turns whatever a handler throws into a problem; what nobody foresaw is logged and told without its inside. */
export function createErrorHandler(logger: Pick<Logger, 'warn' | 'error'>) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    handleError(error, { reply, logger, request: `${request.method} ${request.url.slice(0, 300)}` });
}

function handleError(
  error: FastifyError,
  {
    reply,
    logger,
    request,
  }: {
    readonly reply: FastifyReply;
    readonly logger: Pick<Logger, 'warn' | 'error'>;
    readonly request: string;
  },
): FastifyReply {
  if (error instanceof ProblemError) return sendProblem(reply, error.status, error.message, error.extra);
  if (error.validation !== undefined) return sendProblem(reply, 400, describeValidation(error));
  if (error instanceof TimeoutError) {
    logger.warn('A read ran over its time limit.', { request });
    return sendProblem(reply, 503, error.message, { code: error.code });
  }
  if (error instanceof BellwetherError && error.code === 'not_the_active_monitor')
    return sendProblem(reply, 503, error.message, { code: error.code });
  if (error instanceof BellwetherError && error.retriable) {
    logger.warn('A read could not be answered for now.', { request, error });
    return sendProblem(reply, 503, `${error.message} Try again in a moment.`, { code: error.code });
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return sendProblem(reply, status, error.message);
  logger.error('A request failed for an unforeseen reason.', { request, error });
  return sendProblem(reply, 500, 'The service could not answer; the log of the service says why.');
}

const PLACES: Readonly<Record<string, string>> = {
  params: 'path parameter',
  body: 'field of the body',
};

function describeValidation(error: FastifyError): string {
  const where = PLACES[error.validationContext ?? ''] ?? 'query parameter';
  const first = error.validation?.[0];
  if (first === undefined) return error.message;
  const field = first.instancePath.split('/')[1] ?? '';
  const params = first.params as Readonly<Record<string, unknown>>;
  if (first.keyword === 'additionalProperties') {
    return `There is no ${where} "${String(params['additionalProperty'])}"; see /api/openapi.json for those there are.`;
  }
  if (first.keyword === 'required') return `The ${where} "${String(params['missingProperty'])}" is needed.`;
  if (first.keyword === 'enum') {
    const allowed = (params['allowedValues'] as readonly unknown[]).join(', ');
    return `The ${where} "${field}" must be one of: ${allowed}.`;
  }
  if (field === '') return 'The body must be a JSON object; see /api/openapi.json for its fields.';
  return `The ${where} "${field}" ${wantedBy(first) ?? first.message ?? 'is not valid'}.`;
}

interface FieldWords {
  readonly title?: string;
  readonly examples?: readonly string[];
}

/** What a field should be, in the words of its schema; null where that has none. */
function wantedBy(refusal: object): string | null {
  const { parentSchema = {} } = refusal as { readonly parentSchema?: FieldWords };
  const { title, examples: [example] = [] } = parentSchema;
  if (title === undefined) return null;
  return `must be ${title}${example === undefined ? '' : `, such as "${example}"`}`;
}
