import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';

import type { LiveDocument } from '../../api/wire.js';
import type { Answers } from './app.js';
import { belongsToView, mergeRows, toDocumentRow, type DocumentRow } from './document-row.js';
import { MAX_ROWS } from './loader.js';
import type { View } from './url-state.js';

const MAX_PENDING = 500;

export interface Feed {
  readonly rows: ReadonlySignal<readonly DocumentRow[]>;
  readonly waiting: ReadonlySignal<number>;
  readonly reading: Signal<boolean>;
  readonly take: (documents: readonly LiveDocument[]) => void;
}

/**
 * The documents of the list: what the service answered, with what the stream brought since on top.
 *
 * The stream is taken up once per animation frame. While somebody reads the list nothing in it moves; new documents
 * are counted and come in afterwards.
 */
export function createFeed(deps: {
  readonly answers: Answers;
  readonly view: ReadonlySignal<View>;
  readonly refresh: (documents: boolean) => void;
}): Feed {
  const fresh = signal<readonly DocumentRow[]>([]);
  const held = signal<readonly DocumentRow[]>([]);
  const reading = signal(false);
  let pending: LiveDocument[] = [];

  const flush = () => {
    const rows = pending.filter((document) => belongsToView(document, deps.view.peek())).map(fromLive);
    pending = [];
    const target = reading.peek() ? held : fresh;
    if (rows.length > 0) target.value = mergeRows(target.peek(), rows, MAX_ROWS);
    deps.refresh(!reading.peek());
  };
  effect(() => {
    if (reading.value || held.value.length === 0) return;
    fresh.value = mergeRows(fresh.peek(), held.value, MAX_ROWS);
    held.value = [];
    deps.refresh(true);
  });
  const shown = computed(() => deps.answers.documents.state.value.data);
  // What came for one view says nothing about another.
  const list = computed(
    () => `${deps.view.value.series} ${deps.view.value.topic ?? ''} ${deps.view.value.order}`,
  );
  effect(() => {
    if (list.value !== '') fresh.value = [];
  });
  return {
    reading,
    waiting: computed(() => held.value.length),
    rows: computed(() => {
      const answer = shown.value;
      if (answer === null) return [];
      const rows = answer.data.map((document) => toDocumentRow(document, answer.series.id));
      const { window, until } = deps.view.value;
      if (fresh.value.length === 0 || window !== null || until !== null) return rows;
      return mergeRows(rows, fresh.value, MAX_ROWS);
    }),
    take(documents) {
      if (pending.length === 0) requestAnimationFrame(flush);
      pending = [...pending, ...documents].slice(-MAX_PENDING);
    },
  };
}

function fromLive(document: LiveDocument): DocumentRow {
  const { id, version, action, title, source, language, publishedAt, negative, polarity, foreign } = document;
  const row = { id, version, action, title, source, language, publishedAt, negative, polarity, topics: [] };
  return foreign === undefined ? row : { ...row, foreign };
}
