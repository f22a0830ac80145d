import { createAlertEngine } from '../../alerts/engine.js';
import { dueEvaluations } from '../../alerts/evaluation-grid.js';
import { createMemoryStore } from '../../alerts/rehearsal/memory-store.js';
import { rehearsalReport, type RehearsalReport } from '../../alerts/rehearsal/rehearse.js';
import type { NegativeSurgeRule } from '../../alerts/rules/negative-surge-rule.js';
import type { RejectedItem } from '../../ingest/source.js';
import { createReplaySource } from '../../ingest/sources/replay.js';
import type { AlertEvent } from '../core/alert.js';
import type { Clock } from '../core/clock.js';
import type { RawDocument } from '../core/document.js';
import { FREQUENCY_MS, windowStart } from '../core/series.js';
import { createWatermark } from '../core/watermark.js';
import { encodeRawDocument } from '../log/codec.js';
import { resolveVersions } from '../operators/resolve-versions.js';
import { scoreSentiment } from '../operators/score-sentiment.js';
import { createStoryAssigner } from '../operators/stories/assign-stories.js';
import { understandDocument } from '../operators/understand-document.js';
import { describeSeries } from './instrument-directory.js';
import type { Understanding } from './understanding.js';

export interface RehearsalOptions {
  readonly files: readonly string[];
  readonly rules: readonly NegativeSurgeRule[];
  readonly understanding: Understanding;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onRejected: (item: RejectedItem) => void;
  readonly onProgress: (documents: number) => void;
}

const SCORE_BATCH = 48;

/**
 * Runs recorded documents through understanding, monitor and detection in memory and reports the alerts; nothing is
 * stored and nothing is sent.
 *
 * The operators, the engine and the grid of evaluations are those of the service in a replay world.
 * Memory: the scored documents of the whole stream, about 1 kB each.
 */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalReport> {
  const { understanding, clock } = options;
  const store = createMemoryStore();
  const stories = createStoryAssigner(store);
  const engine = createAlertEngine({
    rules: options.rules,
    history: store,
    store,
    describeSeries: (series) => describeSeries(understanding.linker, series),
    tellEvidence: understanding.tellEvidence,
    model: () => understanding.classifier.model,
  });
  const events: AlertEvent[] = [];
  let offset = 0;
  let first = Infinity;
  let newest = -Infinity;
  const watermark = createWatermark();

  const evaluateUntil = async (until: number) => {
    const firstDocumentAt = await store.firstDocumentAt();
    if (firstDocumentAt === null) return;
    for (const at of dueEvaluations(await store.readEvaluatedUntil(), firstDocumentAt, until)) {
      events.push(...(await engine.evaluateAt(at)));
    }
  };
  const take = async (documents: readonly RawDocument[]) => {
    const understood = documents.map((document) => {
      const value = encodeRawDocument(document);
      const message = { partition: 0, offset, key: document.id, value, appendedAt: clock.now() };
      offset += 1;
      return understandDocument(message, { ...understanding, now: () => clock.now() });
    });
    const scored = await scoreSentiment(understood, { ...understanding, now: () => clock.now() });
    const messages = scored.map((message) => ({ sequence: message.raw.offset, message }));
    const { weigh } = understanding;
    const { batch, touched } = await resolveVersions(messages, { store, weigh, stories, virtualClock: true });
    await store.write(batch);
    await store.rollUp(touched);
    for (const { publishedAt } of documents) {
      first = Math.min(first, Date.parse(publishedAt));
      newest = Math.max(newest, Date.parse(publishedAt));
    }
    watermark.add(documents.map(({ publishedAt }) => Date.parse(publishedAt)));
    if (watermark.time !== null) await evaluateUntil(windowStart(watermark.time, '1h'));
    options.onProgress(offset);
  };
  const source = createReplaySource({
    files: options.files,
    speed: 'max',
    readCursor: () => Promise.resolve(null),
    clock,
    virtualClock: true,
    onRejected: options.onRejected,
  });
  await source.run(async ({ documents }) => {
    for (let at = 0; at < documents.length; at += SCORE_BATCH)
      await take(documents.slice(at, at + SCORE_BATCH));
  }, options.signal);
  if (watermark.final !== null) await evaluateUntil(windowStart(watermark.final, '1h') + FREQUENCY_MS['1h']);
  return rehearsalReport(events, offset === 0 ? null : { from: first, to: newest, documents: offset });
}
