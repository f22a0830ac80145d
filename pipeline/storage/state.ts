import type { SqlSession } from './sql-session.js';

/** Small named values of the installation, such as its world and how far the detector has come. */
export class StoreState {
  private constructor(
    private readonly db: SqlSession,
    private generation: number,
  ) {}

  static async open(db: SqlSession): Promise<StoreState> {
    const [row] = await db.query<{ newest: number }>('SELECT max(generation) AS newest FROM state');
    return new StoreState(db, row?.newest ?? 0);
  }

  async read(key: string): Promise<string | null> {
    const [row] = await this.db.query<{ value: string }>(
      'SELECT value FROM state WHERE key = {key:String} ORDER BY generation DESC LIMIT 1',
      { key },
    );
    return row?.value ?? null;
  }

  /** Durable when it resolves; the newest write counts. */
  async write(key: string, value: string): Promise<void> {
    this.generation += 1;
    await this.db.insert('state', [{ key, value, generation: this.generation }]);
  }
}
