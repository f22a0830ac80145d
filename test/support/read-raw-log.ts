import type { RawDocument } from '../../pipeline/core/document.js';
import { RAW_TOPIC, type DurableLog } from '../../pipeline/core/log.js';
import { decodeRawDocument } from '../../pipeline/log/codec.js';

/** Everything that sources have stored, in its order. */
export async function readRawLog(log: DurableLog): Promise<readonly RawDocument[]> {
  const end = (await log.endPositions(RAW_TOPIC))[0]?.offset ?? 0;
  const reader = await log.openReader(RAW_TOPIC, 'checker');
  const documents: RawDocument[] = [];
  while (documents.length < end) {
    const messages = await reader.pull({ maxMessages: 5_000, maxBytes: 1e8, waitMs: 0 });
    documents.push(...messages.map(({ value }) => decodeRawDocument(value)));
  }
  await reader.close();
  return documents;
}
