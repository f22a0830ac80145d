import type { Generations } from './generations.js';
import type { SqlSession } from './sql-session.js';

/** Small named values of the installation, such as its world and how far the detector has come. */
export class StoreState {
  constructor(
    private readonly db: SqlSession,
    private readonly generations: Generations,
  ) {}

  async read(key: string): Promise<string | null> {
    const [row] = await this.db.query<{ value: string }>(
      'SELECT value FROM state WHERE key = {key:String} ORDER BY generation DESC LIMIT 1',
      { key },
    );
    return row?.value ?? null;
  }

  /** Durable when it resolves; the newest write counts. */
  async write(key: string, value: string): Promise<void> {
    await this.db.insert('state', [{ key, value, generation: this.generations.next() }]);
  }
}
