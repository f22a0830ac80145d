import { z } from 'zod';

import { ConfigError } from '../../core/errors.js';
import type { LivingStatus } from '../source-life/living-source.js';
import type { ReloadResult } from '../source-life/reload-sources.js';
import type { SourceControl } from '../source-life/service-sources.js';

/**
 * Something an operator does to the sources of a running service. Unlike an `Operation` it needs no store and no term: the
 * process that takes documents in may be another than the one that stores them.
 */
export interface SourceOperation<Request, Answer> {
  /** Its path on the socket. */
  readonly name: string;
  /** Checks what came over the socket; throws ConfigError `usage`. */
  readonly parse: (body: unknown) => Request;
  readonly run: (request: Request, sources: SourceControl) => Answer | Promise<Answer>;
}

const named = z.strictObject({ id: z.string().min(1).max(64) });

function parseNamed(body: unknown): { readonly id: string } {
  const result = named.safeParse(body);
  if (result.success) return result.data;
  throw new ConfigError('usage', 'This needs {"id": the id of a source}.');
}

type Nothing = Readonly<Record<string, never>>;

export const listSources: SourceOperation<Nothing, readonly LivingStatus[]> = {
  name: 'sources-list',
  parse: () => ({}),
  run: (_request, sources) => sources.list(),
};

/** `changed` is false when it ran already. */
export const startSource: SourceOperation<{ readonly id: string }, { readonly changed: boolean }> = {
  name: 'sources-start',
  parse: parseNamed,
  run: async ({ id }, sources) => ({ changed: await sources.start(id) }),
};

/** `changed` is false when it did not run. */
export const stopSource: SourceOperation<{ readonly id: string }, { readonly changed: boolean }> = {
  name: 'sources-stop',
  parse: parseNamed,
  run: async ({ id }, sources) => ({ changed: await sources.stop(id) }),
};

export const reloadSources: SourceOperation<Nothing, ReloadResult> = {
  name: 'sources-reload',
  parse: () => ({}),
  run: (_request, sources) => sources.reload('command'),
};
