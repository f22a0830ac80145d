const REDACTED = '[redacted]';

/** A value that must never be printed: every way of turning it into text yields `[redacted]`; only `reveal` hands it out. */
export class Secret {
  readonly #value: string;

  /** `variable`: the name of the environment variable that held it; null for a file. */
  constructor(
    value: string,
    readonly variable: string | null = null,
  ) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}

/** The variables that secrets in a part of a configuration come from, by name. */
export function secretVariables(part: unknown): readonly string[] {
  if (part instanceof Secret) return part.variable === null ? [] : [part.variable];
  if (typeof part !== 'object' || part === null) return [];
  return [...new Set(Object.values(part).flatMap(secretVariables))].sort();
}
