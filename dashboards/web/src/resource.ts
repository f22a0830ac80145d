import { signal, type ReadonlySignal } from '@preact/signals';

import { AnswerError, fetchJson } from './fetch-json.js';

type Parameters = Readonly<Record<string, string | number | null>>;

export interface Loaded<T> {
  readonly data: T | null;
  readonly error: AnswerError | null;
  readonly loading: boolean;
}

/** An answer of the API that is shown until a newer one comes; a failure keeps what was there and says so. */
export interface Resource<T> {
  readonly state: ReadonlySignal<Loaded<T>>;
  /** Asks; an earlier question that is still open is dropped. Resolves to null when it failed or was overtaken. */
  load(path: string, parameters?: Parameters): Promise<T | null>;
  /** Changes what is shown without asking. */
  update(change: (data: T) => T): void;
  clear(): void;
}

export function createResource<T>(): Resource<T> {
  const empty: Loaded<T> = { data: null, error: null, loading: false };
  const state = signal<Loaded<T>>(empty);
  let asking: AbortController | null = null;
  return {
    state,
    async load(path, parameters = {}) {
      asking?.abort();
      const mine = new AbortController();
      asking = mine;
      // Not tracked: whoever loads inside an effect must not run again because of the answer.
      state.value = { ...state.peek(), loading: true };
      try {
        const data = (await fetchJson(path, parameters, mine.signal)) as T;
        if (mine.signal.aborted) return null;
        state.value = { data, error: null, loading: false };
        return data;
      } catch (error) {
        if (mine.signal.aborted) return null;
        if (!(error instanceof AnswerError)) throw error;
        state.value = { ...state.peek(), error, loading: false };
        return null;
      }
    },
    update(change) {
      const { data } = state.peek();
      if (data !== null) state.value = { ...state.peek(), data: change(data) };
    },
    clear() {
      asking?.abort();
      state.value = empty;
    },
  };
}
