import {
  jetstreamDocument,
  parseJetstreamEvent,
  postTextOf,
} from '../../../ingest/sources/live/parse-jetstream.js';
import { checkDocument } from './check-document.js';

/** Any message of a Jetstream: it is read or passed over, and what it makes is a document or refused with a reason. */
export function fuzzJetstream(bytes: Uint8Array): void {
  const event = parseJetstreamEvent(new TextDecoder().decode(bytes));
  if (event === null || event.commit === null) return;
  if (event.commit.record !== null) postTextOf(event.commit.record);
  const { timeUs, commit } = event;
  // The source leaves out what lies ahead of its clock, and later times are none of a Date.
  if (timeUs < Date.UTC(2100, 0, 1) * 1_000) checkDocument(jetstreamDocument({ timeUs, commit }));
}
