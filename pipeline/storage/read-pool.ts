import { UnavailableError } from '../core/errors.js';
import type { SqlParams, SqlReader, SqlSession } from './sql-session.js';

/**
 * Shares a few read-only sessions among all readers: as many queries run at once as there are sessions, so that reads
 * never starve the writer of the engine's threads.
 *
 * First come, first served. At most `maxWaiting` wait; more are refused with a retriable UnavailableError `too_many_reads`.
 */
export class ReadPool implements SqlReader {
  readonly #idle: SqlSession[];
  readonly #waiting: ((session: SqlSession) => void)[] = [];

  constructor(
    private readonly sessions: readonly SqlSession[],
    private readonly maxWaiting: number,
  ) {
    this.#idle = [...sessions];
  }

  async query<Row>(sql: string, params?: SqlParams): Promise<readonly Row[]> {
    const session = await this.#take();
    try {
      return await session.query<Row>(sql, params);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(session);
      else next(session);
    }
  }

  async close(): Promise<void> {
    for (const session of this.sessions) await session.close();
  }

  #take(): Promise<SqlSession> {
    const session = this.#idle.pop();
    if (session !== undefined) return Promise.resolve(session);
    if (this.#waiting.length >= this.maxWaiting) {
      return Promise.reject(
        new UnavailableError('too_many_reads', 'Too many queries wait already; try again in a moment.', {
          retriable: true,
        }),
      );
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
