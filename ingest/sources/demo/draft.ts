import type { DocumentAction, RawDocument } from '../../../pipeline/core/document.js';
import { contentHash, documentId } from '../../parse/identity.js';

import type { Outlet } from './outlets.js';

/** An invented document before it is published. */
export interface Draft {
  readonly outlet: Outlet;
  readonly nativeId: string;
  readonly title: string | null;
  readonly text: string;
  readonly author: string | null;
  /** Days since a social account was opened; null for others. */
  readonly accountDays: number | null;
  /** Milliseconds. */
  readonly publishedAt: number;
  readonly action?: DocumentAction;
  /** Milliseconds; for a correction, when it was made. */
  readonly modifiedAt?: number;
}

/** The document as if it had come in at `receivedAt` (milliseconds), but never before it was published or changed. */
export function draftDocument(draft: Draft, receivedAt: number): RawDocument {
  const { outlet, nativeId, publishedAt } = draft;
  const content = {
    action: draft.action ?? 'add',
    title: draft.title,
    text: draft.text,
    tickers: [],
    publishedAt: new Date(publishedAt).toISOString(),
    modifiedAt: draft.modifiedAt === undefined ? null : new Date(draft.modifiedAt).toISOString(),
  };
  return {
    id: documentId(outlet.info.id, nativeId),
    contentHash: contentHash(content),
    ...content,
    source: outlet.info,
    nativeId,
    url: `https://${outlet.info.id}.invalid/${nativeId}`,
    language: outlet.language,
    author: draft.author,
    precision: 'ms',
    receivedAt: new Date(Math.max(receivedAt, draft.modifiedAt ?? publishedAt)).toISOString(),
    extra: draft.accountDays === null ? { demo: true } : { demo: true, accountDays: draft.accountDays },
  };
}
