import { isDeepStrictEqual } from 'node:util';
import { RejectedError } from '../../../pipeline/core/errors.js';
import { piecesOf } from '../target.js';
import { readEventStream, type StreamEvent } from '../../../ingest/sources/live/read-event-stream.js';

export const seeds = piecesOf([
  ':)\nevent: update\ndata: {"id":"1"}\n\n:thump\n',
  'data: a\ndata: b\r\nid: 1\nretry: 10\n\nevent: delete\ndata: 42\n\n',
  '\uFEFFdata: 公司\n\n',
]);

export const pieces = piecesOf([
  'data:',
  'data: x\n',
  'event:',
  'id: \0',
  'retry: ',
  ':',
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  '公',
]);

/** Pieces of a few bytes cost a turn each. */
export const limitMs = 2_000;

/** Any bytes as an event stream: its events do not depend on how they were cut, and nothing but `message_too_large` is thrown. */
export async function run(bytes: Uint8Array): Promise<void> {
  const whole = await eventsOf([bytes]);
  const pieces = await eventsOf(cut(bytes));
  if (!isDeepStrictEqual(whole, pieces)) throw new Error('The events depend on how the stream was cut.');
}

/** Pieces of 1 to 7 bytes. */
function cut(bytes: Uint8Array): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size % 7) + 1) {
    pieces.push(bytes.subarray(at, at + size));
  }
  return pieces;
}

async function eventsOf(pieces: readonly Uint8Array[]): Promise<readonly StreamEvent[] | 'refused'> {
  const events: StreamEvent[] = [];
  try {
    for await (const some of readEventStream(streamOf(pieces))) events.push(...some);
  } catch (error) {
    if (error instanceof RejectedError && error.code === 'message_too_large') return 'refused';
    throw error;
  }
  return events;
}

async function* streamOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}
