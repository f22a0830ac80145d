import { ConfigError } from '../core/errors.js';
import type { SqlSession } from './sql-session.js';

/** Writes of one term of office; far more than a process ever makes. */
const TERM = 2 ** 32;

/**
 * Numbers of writes, by which the newest of several rows is known.
 *
 * A process that takes over begins above everything that any other has numbered or can still number: roll-ups and named
 * values of one that was replaced and does not know it yet (frozen, cut off) always lose. Rows without a number are repeats
 * of what the log says (documents, mentions, receipts), or `require` comes before them: then only what was on its way to the
 * engine at that very moment still arrives. A counter and not a clock, because clocks jump.
 */
export class Generations {
  /** Until it takes over, whatever this process writes loses. */
  #last = 0;

  constructor(private readonly db: Pick<SqlSession, 'query' | 'insert'>) {}

  async takeOver(): Promise<void> {
    const [row] = await this.db.query<{ newest: number }>('SELECT max(generation) AS newest FROM state');
    const term = Math.floor((row?.newest ?? 0) / TERM) + 1;
    this.#last = term * TERM;
    await this.db.insert('state', [{ key: 'term', value: String(term), generation: this.#last }]);
  }

  /** Whatever this process writes from now on loses, until it takes over again. */
  standDown(): void {
    this.#last = 0;
  }

  /** Throws ConfigError `not_the_active_monitor` when another process has taken over since this one did. */
  async require(): Promise<void> {
    const [row] = await this.db.query<{ newest: number }>('SELECT max(generation) AS newest FROM state');
    if (this.#term > 0 && Math.floor((row?.newest ?? 0) / TERM) === this.#term) return;
    throw termEnded();
  }

  /**
   * Runs what is only right as a whole within one term. Throws ConfigError `not_the_active_monitor` without having begun, or
   * when it is done and the term has ended meanwhile: what it numbered may have lost, so nothing may build on it.
   */
  async within<T>(work: () => Promise<T>): Promise<T> {
    await this.require();
    const term = this.#term;
    const result = await work();
    await this.require();
    if (this.#term === term) return result;
    throw termEnded();
  }

  next(): number {
    this.#last += 1;
    return this.#last;
  }

  get #term(): number {
    return Math.floor(this.#last / TERM);
  }
}

function termEnded(): ConfigError {
  return new ConfigError(
    'not_the_active_monitor',
    'This process is not the active monitor any more. Run the command where that one runs (its /readyz says "active"); it goes on with what is left.',
  );
}
