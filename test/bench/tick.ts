import { readFile } from 'node:fs/promises';

import { bundledInstrumentsPath } from '../../config/reference.js';
import { parseDocument } from '../../ingest/parse/parse-document.js';
import { createUnderstanding, type Understanding } from '../../pipeline/app/understanding.js';
import { systemClock } from '../../pipeline/core/clock.js';
import type { LogMessage } from '../../pipeline/core/log.js';
import type { ScoredMessage } from '../../pipeline/core/scored.js';
import { encodeRawDocument } from '../../pipeline/log/codec.js';
import { resolveVersions, type SequencedMessage } from '../../pipeline/operators/resolve-versions.js';
import { scoreSentiment } from '../../pipeline/operators/score-sentiment.js';
import type { StoryAssigner } from '../../pipeline/operators/stories/assign-stories.js';
import { understandDocument } from '../../pipeline/operators/understand-document.js';
import type { TouchedWindow } from '../../pipeline/core/store.js';
import type { Store } from '../../pipeline/storage/open-store.js';
import { ENCODER_SETTINGS } from '../support/encoder.js';
import { createTexts, type NamedCompany } from './texts.js';

/** Companies of the bundled list that have a name in both languages. */
export async function readCompanies(): Promise<readonly NamedCompany[]> {
  const lines = (await readFile(bundledInstrumentsPath(), 'utf8')).split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const { name, nameZh } = JSON.parse(line) as { name: string; nameZh?: string | null };
    return typeof nameZh === 'string' && nameZh !== '' ? [{ en: name, zh: nameZh }] : [];
  });
}

/** Everything that reads text, with the shipped `ngram` model. */
export function loadUnderstanding(): Promise<Understanding> {
  const models = { sentiment: 'ngram', directory: null, encoder: ENCODER_SETTINGS };
  return createUnderstanding({ world: 'live', models, languages: null, instrumentFiles: [] });
}

/** Documents as UNDERSTAND hands them on, `count` from the given index on. */
export async function scoredMessages(
  understanding: Understanding,
  companies: readonly NamedCompany[],
  { first, count, seed }: { readonly first: number; readonly count: number; readonly seed: number },
): Promise<readonly ScoredMessage[]> {
  const write = createTexts({ seed, companies, characters: 300 });
  const now = Date.now();
  const messages = Array.from({ length: count }, (_, n): LogMessage => {
    const document = parseDocument(write(first + n, now - 1_000), { receivedAt: now, virtualClock: false });
    const offset = first + n;
    return { partition: 0, offset, key: document.id, value: encodeRawDocument(document), appendedAt: now };
  });
  const deps = { ...understanding, now: () => now };
  return scoreSentiment(
    messages.map((message) => understandDocument(message, deps)),
    deps,
  );
}

export interface TickTimes {
  readonly resolveMs: number;
  readonly writeMs: number;
  readonly rollUpMs: number;
  readonly cpuMs: number;
  readonly touched: readonly TouchedWindow[];
}

/** What the monitor does with one batch, timed step by step. */
export async function timeTick(
  store: Store,
  { understanding, stories }: { readonly understanding: Understanding; readonly stories: StoryAssigner },
  messages: readonly SequencedMessage[],
): Promise<TickTimes> {
  const cpu = process.cpuUsage();
  const times = [systemClock.monotonic()];
  const mark = () => times.push(systemClock.monotonic());
  const resolved = await resolveVersions(messages, {
    store,
    weigh: understanding.weigh,
    stories,
    virtualClock: false,
  });
  mark();
  await store.write(resolved.batch);
  mark();
  await store.rollUp(resolved.touched);
  mark();
  const used = process.cpuUsage(cpu);
  const [start = 0, looked = 0, wrote = 0, done = 0] = times;
  return {
    resolveMs: looked - start,
    writeMs: wrote - looked,
    rollUpMs: done - wrote,
    cpuMs: (used.user + used.system) / 1_000,
    touched: resolved.touched,
  };
}
