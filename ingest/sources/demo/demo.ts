import type { Clock } from '../../../pipeline/core/clock.js';
import { BellwetherError, ConfigError } from '../../../pipeline/core/errors.js';
import type { Instrument } from '../../../pipeline/core/instrument.js';
import { retry } from '../../../pipeline/core/retry.js';
import { createStatusTracker, type StatusTracker } from '../../source-status.js';
import type { Deliver, Source } from '../../source.js';

import { createChatter, type Chatter } from './chatter.js';
import { CRISIS_MS, planCrisis, type PlannedDraft } from './crisis-plan.js';
import { parseDemoCursor, writeDemoCursor, type DemoCursor } from './demo-cursor.js';
import { draftDocument, type Draft } from './draft.js';
import { DAY_MS, quietDay } from './quiet-day.js';

/** The exchange of the invented companies. */
export const DEMO_MIC = 'XDEM';
export const HISTORY_DAYS = 14;
export const CRISIS_DELAY_MS = 20_000;
const BUSY_AFTER_CRISIS_MS = 60_000;
const MAX_BATCH = 100;

export interface DemoSourceOptions {
  readonly id?: string;
  /** Another seed casts other companies and tells other stories. */
  readonly seed: number;
  readonly clock: Clock;
  /** The last value stored with a delivery, or null. */
  readonly readCursor: (name: string) => Promise<string | null>;
  /** The demo speaks of those listed on `XDEM` and of no others. */
  readonly instruments: readonly Instrument[];
}

/**
 * Invented companies in English and Chinese: a quiet fortnight up to now, 20 s later a crisis of a minute at one of
 * them, then ordinary days. A later start fills the gap (at most a fortnight), then another company is in trouble.
 *
 * The same seed and start time give the same documents. History is delivered in batches of up to 100, as fast as
 * `deliver` resolves; then each document when it is due. A failing delivery is tried again for as long as the failure
 * is marked retriable. Memory: five days of drafts.
 */
export function createDemoSource(options: DemoSourceOptions): Source {
  const id = options.id ?? 'demo';
  const tracker = createStatusTracker(id, options.clock);
  const instruments = options.instruments.filter(({ listings }) =>
    listings.some(({ mic }) => mic === DEMO_MIC),
  );
  return {
    id,
    async run(deliver, signal) {
      if (!instruments.some(({ nameZh }) => nameZh !== null))
        throw new ConfigError('demo_without_companies', 'The demo needs the list of its invented companies.');
      const run = new DemoRun({ ...options, id, instruments }, { tracker, deliver, signal });
      await run.start();
      if (!signal.aborted) await run.live();
      tracker.become('stopped');
    },
    status: () => tracker.read(),
  };
}

interface RunParts {
  readonly tracker: StatusTracker;
  readonly deliver: Deliver;
  readonly signal: AbortSignal;
}

class DemoRun {
  private readonly options: Required<DemoSourceOptions>;
  private readonly parts: RunParts;
  private readonly days = new Map<number, readonly Draft[]>();
  private readonly startedAt: number;
  private cursor: DemoCursor;

  constructor(options: Required<DemoSourceOptions>, parts: RunParts) {
    this.options = options;
    this.parts = parts;
    this.startedAt = options.clock.now();
    this.cursor = { startedAt: this.startedAt, through: this.startedAt, crises: 0 };
  }

  /** Delivers the quiet traffic from where the last run ended, at most a fortnight ago, up to the start of this one. */
  async start(): Promise<void> {
    const text = await this.options.readCursor(this.cursorName);
    const earliest = this.startedAt - HISTORY_DAYS * DAY_MS;
    this.cursor =
      text === null
        ? { startedAt: this.startedAt, through: earliest, crises: 0 }
        : withThrough(parseDemoCursor(text), earliest);
    while (!this.parts.signal.aborted) {
      const batch = this.quiet(this.cursor.through, this.startedAt, MAX_BATCH);
      const last = batch.at(-1);
      if (last === undefined) break;
      const documents = batch.map((draft) => draftDocument(draft, draft.publishedAt));
      await this.send(documents, { ...this.cursor, through: last.publishedAt + 1 });
    }
  }

  /** Delivers what is due, until the signal is aborted. */
  async live(): Promise<void> {
    const { clock, seed, instruments } = this.options;
    const { signal } = this.parts;
    const startsAt = this.startedAt + CRISIS_DELAY_MS;
    const plan = [...planCrisis({ seed, instruments, episode: this.cursor.crises, startsAt })];
    const episode = this.cursor.crises;
    const chatter = createChatter({
      seed,
      instruments,
      startedAt: this.startedAt,
      busyUntil: startsAt + CRISIS_MS + BUSY_AFTER_CRISIS_MS,
      recent: (time) => this.quiet(time - DAY_MS, time, Infinity),
    });
    let through = Math.max(this.cursor.through, this.startedAt);
    const stopped = () => signal.aborted;
    while (!stopped()) {
      const next = Math.min(plan[0]?.at ?? Infinity, chatter.nextAt, this.nextQuiet(through));
      await clock.sleep(Math.max(0, next - clock.now()), signal);
      const now = clock.now();
      if (stopped() || now < next) continue;
      const quiet = this.quiet(through, now + 1, MAX_BATCH);
      const last = quiet.length < MAX_BATCH ? now : (quiet.at(-1)?.publishedAt ?? now);
      // Never back, even when the clock was set back.
      through = Math.max(through, last + 1);
      const begun = plan[0]?.at === startsAt && startsAt <= now ? episode + 1 : this.cursor.crises;
      const drafts = [...quiet, ...takeDue(plan, now), ...takeChatter(chatter, now)];
      const documents = drafts.map((draft) => draftDocument(draft, now));
      await this.send(documents, { ...this.cursor, through, crises: begun });
    }
  }

  private get cursorName(): string {
    return `demo:${this.options.id}`;
  }

  private async send(
    documents: readonly ReturnType<typeof draftDocument>[],
    cursor: DemoCursor,
  ): Promise<void> {
    const { deliver, tracker, signal } = this.parts;
    const delivery = { documents, cursors: [{ name: this.cursorName, value: writeDemoCursor(cursor) }] };
    const onRetry = (error: BellwetherError) => tracker.become('degraded', error);
    const pace = { initialMs: 500, maxMs: 30_000, attempts: Infinity, clock: this.options.clock };
    try {
      await retry(() => deliver(delivery), { ...pace, signal, onRetry });
    } catch (error) {
      // Given up because of the stop: the cursor did not move, so the next start delivers the same.
      if (signal.aborted && error instanceof BellwetherError) return;
      throw error;
    }
    this.cursor = cursor;
    tracker.delivered(documents.length);
    tracker.become('ok');
  }

  /** The first quiet documents with `from` ≤ time < `to`. */
  private quiet(from: number, to: number, limit: number): Draft[] {
    const found: Draft[] = [];
    for (let day = dayOf(from); day <= dayOf(to) && found.length < limit; day += 1)
      found.push(...this.day(day).filter(({ publishedAt }) => publishedAt >= from && publishedAt < to));
    return found.slice(0, limit);
  }

  private nextQuiet(from: number): number {
    const day = dayOf(from);
    const next = [...this.day(day), ...this.day(day + 1)].find(({ publishedAt }) => publishedAt >= from);
    return next?.publishedAt ?? Infinity;
  }

  private day(day: number): readonly Draft[] {
    const known = this.days.get(day);
    if (known !== undefined) return known;
    const drafts = quietDay(day, this.options);
    this.days.set(day, drafts);
    for (const other of this.days.keys()) if (Math.abs(other - day) > 2) this.days.delete(other);
    return drafts;
  }
}

function takeDue(plan: PlannedDraft[], now: number): readonly Draft[] {
  const due = plan.findIndex(({ at }) => at > now);
  return plan.splice(0, due < 0 ? plan.length : due).map(({ draft }) => draft);
}

function takeChatter(chatter: Chatter, now: number): readonly Draft[] {
  return chatter.nextAt <= now ? [chatter.take(now)] : [];
}

function withThrough(cursor: DemoCursor, earliest: number): DemoCursor {
  return { ...cursor, through: Math.max(cursor.through, earliest) };
}

function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}
