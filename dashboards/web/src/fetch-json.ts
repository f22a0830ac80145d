import type { Problem } from '../../api/wire.js';

/** Why a question to the service was not answered, in its own words where it gave some. */
export class AnswerError extends Error {
  readonly status: number | null;

  constructor(message: string, status: number | null, cause?: unknown) {
    super(message, { cause });
    this.name = 'AnswerError';
    this.status = status;
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
  const response = await fetch(address, { signal, headers: { accept: 'application/json' } }).catch(
    (error: unknown) => {
      if (signal.aborted) throw error;
      throw new AnswerError('', null, error);
    },
  );
  if (response.ok) return response.json();
  const problem = (await response.json().catch(() => null)) as Problem | null;
  throw new AnswerError(problem?.detail ?? `HTTP ${response.status}`, response.status);
}
