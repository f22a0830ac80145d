import type { Generations } from './generations.js';
import type { OpenWork } from './open-work.js';
import type { SqlSession } from './sql-session.js';

const EVALUATED_UNTIL = 'evaluated_until';
const SETTLED_UNTIL = 'settled_until';
const AUTHOR_KEYS = 'author_keys';
const RETRIES = 'retries';

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

/** The values that the service itself keeps; each resolves when it is durable, or read. */
export function namedValues(state: StoreState, work: OpenWork) {
  const read = <Value>(key: string, parse: (value: string | null) => Value) =>
    work.anytime(() => state.read(key).then(parse));
  const write = (key: string, value: string) => work.inOrder(() => state.write(key, value));
  return {
    readEvaluatedUntil: () => read(EVALUATED_UNTIL, toTime),
    writeEvaluatedUntil: (time: number) => write(EVALUATED_UNTIL, String(time)),
    readSettledUntil: () => read(SETTLED_UNTIL, toTime),
    writeSettledUntil: (time: number) => write(SETTLED_UNTIL, String(time)),
    readAuthorKeys: () => read(AUTHOR_KEYS, (value) => (value ?? '').split(' ').filter((key) => key !== '')),
    readRetries: () => read(RETRIES, (value) => value),
    writeRetries: (value: string) => write(RETRIES, value),
    writeAuthorKeys: (fingerprints: readonly string[]) => write(AUTHOR_KEYS, fingerprints.join(' ')),
  };
}

function toTime(value: string | null): number | null {
  return value === null ? null : Number(value);
}
