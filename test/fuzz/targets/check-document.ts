import { InvalidDocumentError } from '../../../pipeline/core/errors.js';
import { parseDocument } from '../../../ingest/parse/parse-document.js';

/** Throws unless it is a document, or refused as one that breaks the contract. */
export function checkDocument(document: Readonly<Record<string, unknown>>): void {
  try {
    parseDocument(
      { ...document, source: { id: 'fuzz' } },
      { receivedAt: Date.UTC(2026, 2, 31), virtualClock: false },
    );
  } catch (error) {
    if (!(error instanceof InvalidDocumentError)) throw error;
  }
}
