import { z } from 'zod';

/** A document that would not be answered although the model answered for others is asked about so often. */
export const MOST_ATTEMPTS = 3;
/** Beyond it the oldest are forgotten, and asked about again as long as they are young enough. */
const MOST_HELD = 1_000;

const held = z.object({
  trying: z.array(z.string()),
  attempts: z.array(z.tuple([z.string(), z.int()])),
});

/**
 * How often the model was asked in vain about which documents (`ID VERSION`), kept across kills: what a process was asking
 * about when it was killed counts as asked in vain, because it may be the cause. Memory: at most 1,000 documents.
 */
export class RetryLedger {
  readonly #attempts: Map<string, number>;
  #trying: readonly string[] = [];

  /** From what `begin`, `end` or `drop` gave last; null or anything else for an empty one. */
  constructor(written: string | null) {
    const { trying, attempts } = parse(written);
    this.#attempts = new Map(attempts);
    for (const key of trying) this.#failed(key);
  }

  /** Those that are not asked about any more. */
  get spent(): readonly string[] {
    return [...this.#attempts].filter(([, times]) => times >= MOST_ATTEMPTS).map(([key]) => key);
  }

  /** Asked in vain before: it is asked about alone, so that it takes no others with it. */
  isSuspect(key: string): boolean {
    return this.#attempts.has(key);
  }

  /** To be durable before the model is asked. */
  begin(keys: readonly string[]): string {
    this.#trying = keys;
    return this.#write();
  }

  /** To be durable when the answers are: without answer stayed `unanswered`. Answers with those that are given up now. */
  end(unanswered: readonly string[]): { readonly written: string; readonly givenUp: readonly string[] } {
    const lost = new Set(unanswered);
    for (const key of this.#trying) if (!lost.has(key)) this.#attempts.delete(key);
    for (const key of unanswered) this.#failed(key);
    this.#trying = [];
    const givenUp = unanswered.filter((key) => (this.#attempts.get(key) ?? 0) >= MOST_ATTEMPTS);
    return { written: this.#write(), givenUp };
  }

  /** To be durable when nobody was answered: as if they had not been asked about. */
  drop(): string {
    this.#trying = [];
    return this.#write();
  }

  #failed(key: string): void {
    const times = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.delete(key);
    this.#attempts.set(key, times);
    for (const oldest of this.#attempts.keys()) {
      if (this.#attempts.size <= MOST_HELD) return;
      this.#attempts.delete(oldest);
    }
  }

  #write(): string {
    return JSON.stringify({ trying: this.#trying, attempts: [...this.#attempts] });
  }
}

function parse(written: string | null): z.infer<typeof held> {
  const nothing = { trying: [], attempts: [] };
  if (written === null) return nothing;
  try {
    return held.catch(nothing).parse(JSON.parse(written));
  } catch {
    return nothing;
  }
}
