import {
  jetstreamDocument,
  parseJetstreamEvent,
  postTextOf,
} from '../../../ingest/sources/live/parse-jetstream.js';
import { jetstreamCommit, jetstreamIdentity } from '../../support/stubs/jetstream.js';
import { piecesOf } from '../target.js';
import { checkDocument } from './check-document.js';

const timeUs = Date.UTC(2026, 2, 30) * 1_000;

export const seeds = piecesOf([
  jetstreamCommit({ timeUs, rkey: 'a', text: '$ALDR 公司 up 5 %' }).message,
  jetstreamCommit({ timeUs, rkey: 'a', operation: 'update' }).message,
  jetstreamCommit({ timeUs, rkey: 'a', operation: 'delete' }).message,
  jetstreamCommit({
    timeUs,
    rkey: 'b',
    record: { embed: { external: { uri: 'https://a.example/' } }, reply: {} },
  }).message,
  jetstreamIdentity(timeUs).message,
  '{"kind":"heartbeat","payload":""}',
]);

export const pieces = piecesOf([
  '"time_us":',
  '"did":',
  '"commit":{',
  '"record":{',
  '"operation":"create"',
  '"langs":[',
  '"createdAt":',
  'null',
  '-1',
  '1e300',
  '[]',
  '{}',
  '""',
  '"__proto__":',
]);

/** Any message of a Jetstream: it is read or passed over, and what it makes is a document or refused with a reason. */
export function run(bytes: Uint8Array): void {
  const event = parseJetstreamEvent(new TextDecoder().decode(bytes));
  if (event === null || event.commit === null) return;
  if (event.commit.record !== null) postTextOf(event.commit.record);
  const { timeUs, commit } = event;
  // The source leaves out what lies ahead of its clock, and later times are none of a Date.
  if (timeUs < Date.UTC(2100, 0, 1) * 1_000) checkDocument(jetstreamDocument({ timeUs, commit }));
}
