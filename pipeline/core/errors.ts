/** Figures of a reason, for words in any language. */
export interface ReasonFacts {
  /** The HTTP status that the other side answered with. */
  readonly status?: number;
  /** Milliseconds since the epoch until which it wants no request. */
  readonly until?: number;
}

/**
 * Why something is not as it should be: a stable code, for which the page has words in both languages, and a sentence in
 * English with names and figures. Every BellwetherError is one.
 */
export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly facts?: ReasonFacts;
}

interface ErrorOptions {
  readonly cause?: unknown;
  readonly retriable?: boolean;
  readonly facts?: ReasonFacts;
}

/** Errors with a stable code. Adapters translate what libraries throw; only they say whether a retry can help. */
export class BellwetherError extends Error implements Reason {
  readonly code: string;
  readonly retriable: boolean;
  readonly facts: ReasonFacts;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retriable = options.retriable ?? false;
    this.facts = options.facts ?? {};
  }
}

/** The person who starts the service has to change something: exit code 2. */
export class ConfigError extends BellwetherError {}
/** A document that breaks the contract; the message names the field and the fix. */
export class InvalidDocumentError extends BellwetherError {
  /** The field to correct, such as `publishedAt` or `source.kind`; null when it is the document as a whole. */
  readonly field: string | null;

  constructor(code: string, message: string, options: ErrorOptions & { readonly field?: string } = {}) {
    super(code, message, options);
    this.field = options.field ?? null;
  }
}
/** Something we depend on does not answer or has no room; usually worth a retry. */
export class UnavailableError extends BellwetherError {}
/** The other side understood and refused. */
export class RejectedError extends BellwetherError {}
export class TimeoutError extends BellwetherError {}
export class CancelledError extends BellwetherError {}
/** A bug of ours: never caught, the process ends. */
export class InvariantError extends BellwetherError {}
