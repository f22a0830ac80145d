import type { Source } from '../../../ingest/source.js';
import { ConfigError } from '../../core/errors.js';
import type { ConfiguredSource } from '../sources/source-kit.js';
import { LivingSource, type LivingOptions, type LivingStatus } from './living-source.js';
import { planChanges } from './plan-changes.js';

export interface SourceLifeOptions extends Omit<LivingOptions, 'onBug'> {
  /** Makes the source of an entry, not yet running; throws ConfigError when that is not possible. */
  readonly make: (entry: ConfiguredSource) => Source;
  /** Told of each that was taken out, after it has ended. */
  readonly onRemoved?: (id: string) => void;
  /** Ends all of them, for good. */
  readonly signal: AbortSignal;
}

/** What became of the sources; ids. */
export interface SourceChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Their entry is another one, or they had failed. */
  readonly restarted: readonly string[];
  /** Their entry is another one, and they were stopped by hand: it counts from the next start on. */
  readonly leftStopped: readonly string[];
  readonly unchanged: number;
}

/**
 * The sources of a running service. One thing at a time is done to them, in the order in which it was asked for; a stop
 * waits for the delivery that is under way, and a source of the same id starts only after it.
 */
export interface SourceLife {
  /**
   * Brings what runs to these entries: only what is new, gone, other or failed is touched. All new ones are made before
   * any is stopped, so that an error (ConfigError) leaves everything as it was.
   */
  apply(next: readonly ConfiguredSource[]): Promise<SourceChanges>;
  /** False when it ran already. Throws ConfigError `unknown_source`. */
  start(id: string): Promise<boolean>;
  /** Until it is started by hand, or the service anew. False when it did not run. Throws ConfigError `unknown_source`. */
  stop(id: string): Promise<boolean>;
  /** Also of those that were stopped or have failed. */
  statuses(): readonly LivingStatus[];
  /** Resolves when the signal was aborted and every source has ended; rejects with the bug of one. */
  ended(): Promise<void>;
}

export function createSourceLife(options: SourceLifeOptions): SourceLife {
  return new Life(options);
}

class Life implements SourceLife {
  readonly #living = new Map<string, LivingSource>();
  /** What is being done to them now, and all that waits behind it. */
  #work: Promise<unknown> = Promise.resolve();
  readonly #over: Promise<void>;
  #onBug: (error: unknown) => void = () => undefined;

  constructor(private readonly options: SourceLifeOptions) {
    this.#over = new Promise((resolve, reject) => {
      this.#onBug = reject;
      const end = () => {
        for (const living of this.#living.values()) void living.stop();
        resolve();
      };
      if (options.signal.aborted) end();
      else options.signal.addEventListener('abort', end, { once: true });
    });
    this.#over.catch(() => undefined);
  }

  apply(next: readonly ConfiguredSource[]): Promise<SourceChanges> {
    return this.#inTurn(async () => {
      const plan = planChanges(this.#living, next);
      const isStopped = ({ id }: ConfiguredSource) => this.#living.get(id)?.stoppedByHand === true;
      const leftStopped = plan.changed.filter(isStopped);
      const failed = plan.same.filter(({ id }) => this.#living.get(id)?.failed === true);
      const restarted = [...plan.changed.filter((entry) => !isStopped(entry)), ...failed];
      const begin = [...plan.added, ...restarted].map((entry) => ({
        entry,
        source: this.options.make(entry),
      }));
      await Promise.all([...plan.removed, ...idsOf(restarted)].map((id) => this.#require(id).stop()));
      for (const id of plan.removed) {
        this.#living.delete(id);
        this.options.onRemoved?.(id);
      }
      for (const entry of leftStopped) this.#of(entry);
      for (const { entry, source } of begin) this.#begin(this.#of(entry), source);
      return {
        added: idsOf(plan.added),
        removed: plan.removed,
        restarted: idsOf(restarted),
        leftStopped: idsOf(leftStopped),
        unchanged: plan.same.length - failed.length,
      };
    });
  }

  start(id: string): Promise<boolean> {
    return this.#inTurn(() => {
      const living = this.#require(id);
      if (living.running) return Promise.resolve(false);
      this.#begin(living, this.options.make(living.entry));
      return Promise.resolve(true);
    });
  }

  stop(id: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const living = this.#require(id);
      const ran = living.running;
      await living.stopByHand();
      return ran;
    });
  }

  statuses(): readonly LivingStatus[] {
    return [...this.#living.values()].map((living) => living.status());
  }

  async ended(): Promise<void> {
    await this.#over;
    await this.#inTurn(() => Promise.all([...this.#living.values()].map((living) => living.stop())));
  }

  /** The source of the entry's id, which has this entry from now on. */
  #of(entry: ConfiguredSource): LivingSource {
    const known = this.#living.get(entry.id);
    if (known !== undefined) {
      known.entry = entry;
      return known;
    }
    const { run, clock, logger } = this.options;
    const living = new LivingSource(entry, { run, clock, logger, onBug: this.#onBug });
    this.#living.set(entry.id, living);
    return living;
  }

  #begin(living: LivingSource, source: Source): void {
    if (!this.options.signal.aborted) living.start(source);
  }

  #require(id: string): LivingSource {
    const living = this.#living.get(id);
    if (living !== undefined) return living;
    const known = [...this.#living.keys()];
    throw new ConfigError(
      'unknown_source',
      `No source ${id} is there. ${known.length === 0 ? 'The configuration names none, or none that is enabled.' : `There are ${listed(known)}.`} ` +
        'A source is added, or enabled, in the configuration; "bellwether sources reload" takes it over.',
    );
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#work.then(work);
    this.#work = turn.catch(() => undefined);
    return turn;
  }
}

const MOST_LISTED = 20;

function listed(ids: readonly string[]): string {
  const more = ids.length - MOST_LISTED;
  return `${ids.slice(0, MOST_LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function idsOf(entries: readonly ConfiguredSource[]): readonly string[] {
  return entries.map(({ id }) => id);
}
