import type { Operation } from './operation.js';

/** `reset` is false when the breaker was not open. */
export const resetBreakerOperation: Operation<Record<string, never>, { readonly reset: boolean }> = {
  name: 'breaker-reset',
  parse: () => ({}),
  run: (_request, { breaker }) => Promise.resolve({ reset: breaker.reset() }),
};
