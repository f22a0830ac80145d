import { z } from 'zod';

import { ConfigError } from '../../core/errors.js';
import { documentText } from '../../core/scored.js';
import { scoredPart } from '../../operators/score-sentiment.js';
import type { CountedDocument, CountedPage, CountedQuery } from '../../storage/queries/counted-documents.js';
import type { Operation } from './operation.js';

const time = z.int().min(0);
const pageRequest = z.strictObject({
  from: time,
  to: time,
  after: z.strictObject({ at: time, id: z.string().max(64), stretchMs: z.number().min(1) }).nullable(),
  limit: z.int().min(1).max(1_000),
});

/** For people, who know a document by it. */
const TITLE_CHARACTERS = 200;

/** The times of the first and the last stored document and how many there are; null without any. */
export interface StoredExtent {
  readonly from: number;
  readonly to: number;
  readonly documents: number;
}

/** What period can be asked about. */
export const extentOperation: Operation<object, StoredExtent | null> = {
  name: 'extent',
  parse: () => ({}),
  run: (_, { parts }) => parts.store.extent(),
};

/** A page of what counts, with as much of each text as models read, so that another process can play it again. */
export const countedDocumentsOperation: Operation<CountedQuery, CountedPage> = {
  name: 'counted-documents',
  parse(body) {
    const result = pageRequest.safeParse(body);
    if (result.success) return result.data;
    throw new ConfigError('usage', `Documents cannot be asked for so: ${z.prettifyError(result.error)}`);
  },
  async run(query, { parts }) {
    const { documents, next } = await parts.store.countedDocuments(query);
    return { documents: documents.map(shortened), next };
  },
};

/** The text begins with its title, so that spans go on pointing into the right words. */
function shortened({ view, ...counted }: CountedDocument): CountedDocument {
  const { title } = view;
  const text = scoredPart(documentText(view));
  return {
    ...counted,
    view: { ...view, title: title === null ? null : title.slice(0, TITLE_CHARACTERS), text },
  };
}
