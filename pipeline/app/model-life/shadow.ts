import { createHash } from 'node:crypto';

import type { Clock } from '../../core/clock.js';
import type { Classification, ClassifierInput } from '../../core/model.js';
import { documentText, isJudged, type ModelVersion, type ScoredDocument } from '../../core/scored.js';
import type { DocumentVersion } from '../../core/store.js';
import { SENTIMENT_LABELS } from '../../core/taxonomy.js';
import { scoredPart } from '../../operators/score-sentiment.js';
import type { ShadowAnswer, ShadowScore, ShadowStore } from '../../storage/shadow-scores.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Metrics } from '../../telemetry/metrics.js';
import { createRepeatingFailure } from '../../telemetry/repeating-failure.js';
import { withoutRules } from '../expert-rules.js';

/** A second model that is asked about documents which the first one has scored. */
export interface Challenger {
  readonly model: ModelVersion;
  /** Rejects when it fails or is gone; asked again it begins anew. */
  classify(inputs: readonly ClassifierInput[]): Promise<readonly Classification[]>;
  close(): Promise<void>;
}

export interface ShadowOptions {
  readonly challenger: Challenger;
  /** Of the documents, by their ids, so that a replay takes the same ones. */
  readonly share: number;
  readonly store: Pick<ShadowStore, 'add'>;
  /** Whether the flow keeps up; else the challenger reads nothing. */
  readonly calm: () => Promise<boolean>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'shadow'>;
}

/** A challenger beside live traffic. It sees what is stored, and nothing waits for it. */
export interface Shadow {
  /** Takes what it has time for; returns at once and never throws. */
  offer(versions: readonly DocumentVersion[]): void;
  /** Resolves when it does nothing any more. */
  close(): Promise<void>;
}

/** Read together; whatever comes while they are read is skipped. */
const BATCH = 32;
/** Keeps the table small: a month of it is 600,000 rows. */
const MOST_A_DAY = 20_000;
const DAY_MS = 86_400_000;
/** A challenger that fails rests, so that it does not cost the machine its starts. */
const REST_MS = 60_000;

/**
 * Has a challenger read a share of the documents that were stored, one batch at a time, and keeps what it says beside what the
 * champion said.
 *
 * It is dropped first: documents that come while it reads, while the flow is behind, above 20,000 a day or within a minute of
 * a failure are skipped and counted. Its failures are logged and reach nobody. Memory: one batch.
 */
export function createShadow(options: ShadowOptions): Shadow {
  const { share, clock, metrics, logger, challenger } = options;
  const failure = createRepeatingFailure({
    sentence: 'The challenger does not read documents for now; the model that serves is not concerned.',
    logger,
    clock,
  });
  const budget = createDailyBudget(MOST_A_DAY);
  let work: Promise<void> | null = null;
  let restsUntil = -Infinity;
  let closed = false;

  const read = async (versions: readonly DocumentVersion[]) => {
    try {
      if (!(await options.calm())) {
        metrics.shadow('skipped', versions.length);
        return;
      }
      const answers = await challenger.classify(versions.map(({ scored }) => toInput(scored)));
      const scores = toScores(versions, answers, challenger.model, clock.now());
      await options.store.add(scores);
      const differed = scores.filter(({ before, after }) => before.label !== after.label).length;
      metrics.shadow('differed', differed);
      metrics.shadow('agreed', scores.length - differed);
      metrics.shadow('failed', versions.length - scores.length);
      failure.succeeded();
    } catch (error) {
      if (closed) return;
      restsUntil = clock.now() + REST_MS;
      metrics.shadow('failed', versions.length);
      failure.failed(error, { model: challenger.model.name });
    }
  };
  return {
    offer(versions) {
      const sampled = versions.filter((version) => isComparable(version) && isSampled(version, share));
      if (sampled.length === 0 || closed) return;
      const now = clock.now();
      const idle = work === null && now >= restsUntil;
      const taken = idle ? sampled.slice(0, Math.min(BATCH, budget.take(now, sampled.length))) : [];
      metrics.shadow('skipped', sampled.length - taken.length);
      if (taken.length === 0) return;
      work = read(taken).then(() => {
        work = null;
      });
    },
    async close() {
      closed = true;
      await challenger.close();
      await work;
    },
  };
}

/** How many of `wanted` there is room for today. */
function createDailyBudget(most: number) {
  let day = -1;
  let left = most;
  return {
    take(now: number, wanted: number): number {
      const today = Math.floor(now / DAY_MS);
      if (today !== day) left = most;
      day = today;
      const taken = Math.min(wanted, left, BATCH);
      left -= taken;
      return taken;
    },
  };
}

/** The champion has read it, and the document is still meant. */
function isComparable({ scored }: DocumentVersion): boolean {
  return scored.document.action !== 'retract' && scored.document.backfill !== true && isJudged(scored);
}

/** By lot, and the same lot each time. */
function isSampled({ scored }: DocumentVersion, share: number): boolean {
  const lot = createHash('sha256').update(`shadow ${scored.document.id}`).digest().readUInt32BE(0);
  return lot < share * 2 ** 32;
}

function toInput({ document, language }: ScoredDocument): ClassifierInput {
  return { text: scoredPart(documentText(document)), language };
}

/** Without those that the challenger could not read. */
function toScores(
  versions: readonly DocumentVersion[],
  answers: readonly Classification[],
  challenger: ModelVersion,
  now: number,
): readonly ShadowScore[] {
  return versions.flatMap(({ scored, version }, index) => {
    const answer = answers[index];
    if (answer === undefined || !isJudged(answer)) return [];
    const { label, negative, confidence } = answer.sentiment;
    return [
      {
        challenger: nameOf(challenger),
        champion: nameOf({ ...scored.model, version: withoutRules(scored.model.version) }),
        documentId: scored.document.id,
        version,
        readAt: now,
        language: scored.language,
        kind: scored.document.source.kind,
        topic: scored.topics[0]?.topic ?? 'other',
        before: championAnswer(scored),
        after: { label, negative, confidence },
      },
    ];
  });
}

/** Of the model alone, also where an expert rule decided over it. */
function championAnswer({ sentiment, ruled }: ScoredDocument): ShadowAnswer {
  if (ruled === undefined)
    return { label: sentiment.label, negative: sentiment.negative, confidence: sentiment.confidence };
  const { model } = ruled;
  const confidence = Math.max(...SENTIMENT_LABELS.map((label) => model[label]));
  const label = SENTIMENT_LABELS.find((name) => model[name] === confidence) ?? 'neutral';
  return { label, negative: model.negative, confidence };
}

function nameOf({ name, version }: ModelVersion): string {
  return `${name} ${version}`;
}
