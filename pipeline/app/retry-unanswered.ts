import type { Clock } from '../core/clock.js';
import { UNANSWERED } from '../core/scored.js';
import type { DocumentView, StoreBatch, TouchedWindow } from '../core/store.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Store } from '../storage/open-store.js';
import type { Rescore, UnansweredDocument } from '../storage/rescore.js';
import { AuthorVoices, authorDayOf } from '../operators/author-voices.js';
import { isCalm, type Flow } from './flow.js';
import { scoreAgain } from './rescore.js';
import { RetryLedger } from './retry-ledger.js';
import { succeeds } from './succeeds.js';
import type { Understanding } from './understanding.js';

export interface RetryOptions {
  readonly store: Pick<Store, 'rescore' | 'readRetries' | 'writeRetries' | 'findAuthorVoices'>;
  readonly understanding: Pick<
    Understanding,
    'classifier' | 'splitSentences' | 'rules' | 'foreign' | 'weigh'
  >;
  readonly flow: () => Pick<Flow, 'lag'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'unanswered' | 'retried'>;
  /** Whether this process is the one that stores. */
  readonly active: () => boolean;
  /** Says that these windows of the store have changed, for what detection keeps of them. */
  readonly touch: (windows: readonly TouchedWindow[]) => void;
  /** A backfilled document that was published within this time before it was known has no voice. */
  readonly quietBackfillMs: number;
  /** In a replay world documents were known in their own time, so that they have no age. */
  readonly virtual: boolean;
}

export interface UnansweredCounts {
  /** Asked about again when the model answers. */
  readonly waiting: number;
  /** Too old, or asked about too often; `bellwether rescore` still reads them. */
  readonly givenUp: number;
}

/** Asks the model again about documents for which it gave no answer. */
export interface UnansweredRetry {
  /** As of the last look; none in a process that stands by. */
  readonly counts: UnansweredCounts;
  /** Looks at what has been stored, so that it is known when there is something to do. */
  stored(batches: readonly StoreBatch[]): void;
  /** Ends with the signal. */
  run(signal: AbortSignal): Promise<void>;
}

/** Documents at once, and the pause behind each such batch: 32 a second at most. */
const BATCH = 32;
const PACE_MS = 1_000;
/** Waited before the first try, and longer each time the model still does not answer. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 600_000;
const LOOK_MS = 1_000;
const MAX_AGE_MS = 7 * 86_400_000;
/** Between questions for a plain sentence: a host that failed with a document rests for up to a minute and answers nobody then. */
const REST_PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000];

const NONE: UnansweredCounts = { waiting: 0, givenUp: 0 };

type Outcome = 'nothing left' | 'went on' | 'no answer';

/**
 * The new scores stand beside the old ones, as those of a re-score, known from now on. Such a document gets its voice in
 * detection; rules look at the windows that end from now on and never again at those that are over, so that no alert fires late
 * for a window that has passed.
 *
 * As long as the model does not even answer for a plain sentence within a minute, it is at fault and no document: the pauses grow up to ten minutes, and nothing
 * is counted against anybody. A document that it does not answer for while it answers for others is asked about three times, alone, and no longer than 7 days.
 * Work waits while live documents do. Every step may be repeated after a kill (`RetryLedger`).
 */
export function createUnansweredRetry(options: RetryOptions): UnansweredRetry {
  const { clock, active, logger } = options;
  let work: Work | null = null;
  let due = 0;
  let pause = FIRST_PAUSE_MS;
  /** Batches with something to ask about; one that comes during a look may not be seen by it. */
  let arrivals = 0;
  let counts = NONE;

  const once = async (signal: AbortSignal) => {
    const before = arrivals;
    work ??= await openWork(options);
    const outcome = await tryOnce(work, options, signal);
    counts = await count(work, options);
    options.metrics.unanswered(counts);
    const now = clock.monotonic();
    if (outcome === 'nothing left') due = arrivals === before ? Infinity : now + pause;
    if (outcome === 'went on') due = now + PACE_MS;
    if (outcome === 'no answer') due = now + pause;
    if (outcome === 'no answer' && pause === FIRST_PAUSE_MS)
      logger.warn('The model still gives no answer; documents wait for it.', { documents: counts.waiting });
    pause = outcome === 'no answer' ? Math.min(LONGEST_PAUSE_MS, pause * 2) : FIRST_PAUSE_MS;
  };
  /** Another process looks from now on: what this one has counted would go on being shown beside its counts. */
  const standBy = () => {
    [work, due] = [null, 0];
    if (counts === NONE) return;
    counts = NONE;
    options.metrics.unanswered(NONE);
  };
  return {
    get counts() {
      return counts;
    },
    stored(batches) {
      if (!batches.some(hasUnanswered)) return;
      arrivals += 1;
      if (due === Infinity) due = clock.monotonic() + pause;
    },
    async run(signal) {
      while (!signal.aborted) {
        if (!active()) standBy();
        else if (
          clock.monotonic() >= due &&
          (await isCalm(options.flow())) &&
          !(await succeeds(() => once(signal), signal))
        )
          due = clock.monotonic() + pause;
        await clock.sleep(LOOK_MS, signal);
      }
    },
  };
}

function hasUnanswered({ versions }: StoreBatch): boolean {
  return versions.some(({ scored }) => scored.model.version === UNANSWERED);
}

/** What is kept during one term of the active monitor. */
interface Work {
  readonly ledger: RetryLedger;
  /** Who has had which voices; emptied when nothing is left to do. */
  voices: AuthorVoices;
}

async function openWork({ store }: RetryOptions): Promise<Work> {
  return { ledger: new RetryLedger(await store.readRetries()), voices: new AuthorVoices([]) };
}

async function count({ ledger }: Work, { store, ...options }: RetryOptions): Promise<UnansweredCounts> {
  const { all, waiting } = await store.rescore.countUnanswered({
    since: oldest(options),
    except: ledger.spent,
  });
  return { waiting, givenUp: all - waiting };
}

function oldest({ clock, virtual }: Pick<RetryOptions, 'clock' | 'virtual'>): number {
  return virtual ? 0 : clock.now() - MAX_AGE_MS;
}

async function tryOnce(work: Work, options: RetryOptions, signal: AbortSignal): Promise<Outcome> {
  const { store, metrics, logger, touch } = options;
  const { ledger } = work;
  const query = { since: oldest(options), except: ledger.spent, limit: BATCH };
  const found = takeTogether(await store.rescore.unanswered(query), ledger);
  if (found.length === 0) {
    work.voices = new AuthorVoices([]);
    return 'nothing left';
  }
  await store.writeRetries(ledger.begin(found.map(keyOf)));
  const views = await store.rescore.read(found);
  const rescores = await ask(views, found, work, options);
  const answered = new Set(rescores.map(({ scored, version }) => `${scored.document.id} ${version}`));
  const left = views.map(keyOf).filter((key) => !answered.has(key));
  if (rescores.length === 0 && left.length > 0 && !(await answersAtAll(options, signal))) {
    await store.writeRetries(ledger.drop());
    metrics.retried('unanswered', left.length);
    return 'no answer';
  }
  touch(await store.rescore.write(rescores));
  const { written, givenUp } = ledger.end(left);
  await store.writeRetries(written);
  metrics.retried('answered', rescores.length);
  metrics.retried('unanswered', left.length);
  if (givenUp.length > 0)
    logger.warn('The model gives no answer for documents, which stay unclassified.', { documents: givenUp });
  if (rescores.length > 0)
    logger.info('Documents that were unclassified have their scores now.', { documents: rescores.length });
  return 'went on';
}

/** Those that nothing is known against go together; a suspect goes alone. */
function takeTogether(
  found: readonly UnansweredDocument[],
  ledger: RetryLedger,
): readonly UnansweredDocument[] {
  const plain = found.filter((document) => !ledger.isSuspect(keyOf(document)));
  return plain.length > 0 ? plain : found.slice(0, 1);
}

function keyOf({ id, version }: { readonly id: string; readonly version: number }): string {
  return `${id} ${version}`;
}

/**
 * Whether the model answers for a plain sentence: at once, or when whatever the documents did to it is over. False when the
 * signal ends the waiting.
 */
async function answersAtAll({ understanding, clock }: RetryOptions, signal: AbortSignal): Promise<boolean> {
  for (const pauseMs of [0, ...REST_PAUSES_MS]) {
    await clock.sleep(pauseMs, signal);
    if (signal.aborted) return false;
    // Nobody has asked about it yet, so that no answer is remembered.
    const text = `Profit rises to ${clock.now()} million.`;
    const answers = await understanding.classifier.classify([{ text, language: 'en' }]).catch(() => []);
    if (answers.some(({ unanswered }) => unanswered !== true)) return true;
  }
  return false;
}

async function ask(
  views: readonly DocumentView[],
  found: readonly UnansweredDocument[],
  work: Work,
  options: RetryOptions,
): Promise<readonly Rescore[]> {
  const { store, understanding, clock } = options;
  const credible = new Map(found.map((document) => [keyOf(document), document.credibility]));
  const credibility = views.map((view) => credible.get(keyOf(view)) ?? 1);
  const known = new Map(views.map((view) => [keyOf(view), Date.parse(view.knownAt)]));
  const rescores = await scoreAgain(views, understanding, clock.now(), credibility);
  const days = rescores.flatMap(({ scored }) => authorDayOf(scored.document) ?? []);
  for (const { authorDay, series, documentId } of await store.findAuthorVoices(days, Number.MAX_SAFE_INTEGER))
    work.voices.add(authorDay, series, documentId);
  return rescores.map((rescore) => {
    const key = `${rescore.scored.document.id} ${rescore.version}`;
    return giveVoice(rescore, known.get(key) ?? 0, work.voices, options);
  });
}

/** As the document would have had it, had the model answered: neither for fresh history nor beyond what an account has in a day. */
function giveVoice(
  rescore: Rescore,
  knownAt: number,
  voices: AuthorVoices,
  { quietBackfillMs }: RetryOptions,
): Rescore {
  const { document, flags } = rescore.scored;
  const fresh = flags.includes('backfill') && knownAt - Date.parse(document.publishedAt) < quietBackfillMs;
  const day = authorDayOf(document);
  const contributions = rescore.contributions.map((one) => {
    const silent = fresh || (day !== null && voices.isSpent(day, one.series, document.id));
    const voice = silent ? 0 : one.voice;
    if (day !== null && voice > 0) voices.add(day, one.series, document.id);
    return { ...one, voice, weight: voice };
  });
  return { ...rescore, contributions, findsVoice: true };
}
