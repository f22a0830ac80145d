import type { Problem } from '../../api/wire.js';

/** Why a question to the service was not answered, in its own words where it gave some. */
export class AnswerError extends Error {
  /** Null when there was no answer. */
  readonly status: number | null;
  /** For words in the reader's language; of an answer by somebody else it has none. */
  readonly code: string;

  constructor(
    message: string,
    answer: { readonly status: number; readonly code: string } | null,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'AnswerError';
    this.status = answer?.status ?? null;
    this.code = answer?.code ?? '';
  }
}

/** Asks the API of the page's own origin; parameters that are null are left out. */
export async function fetchJson(
  path: string,
  parameters: Readonly<Record<string, string | number | null>>,
  signal: AbortSignal,
): Promise<unknown> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) query.set(name, String(value));
  }
  const address = query.size === 0 ? path : `${path}?${query.toString()}`;
  return answerOf(fetch(address, { signal, headers: { accept: 'application/json' } }), signal);
}

/** Says something to the API of the page's own origin, with the token where there is one. */
export async function sendJson(path: string, body: object, token: string): Promise<unknown> {
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
  };
  return answerOf(fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }), null);
}

async function answerOf(asked: Promise<Response>, signal: AbortSignal | null): Promise<unknown> {
  const response = await asked.catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw new AnswerError('', null, error);
  });
  if (response.ok) return response.json();
  const problem = (await response.json().catch(() => null)) as Problem | null;
  const { status } = response;
  throw new AnswerError(problem?.detail ?? `HTTP ${status}`, { status, code: problem?.code ?? '' });
}
