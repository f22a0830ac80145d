/** Errors with a stable code. Adapters translate what libraries throw; only they say whether a retry can help. */
export class BellwetherError extends Error {
  readonly code: string;
  readonly retriable: boolean;

  constructor(code: string, message: string, options: { cause?: unknown; retriable?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retriable = options.retriable ?? false;
  }
}

/** The person who starts the service has to change something: exit code 2. */
export class ConfigError extends BellwetherError {}
/** A document that breaks the contract; the message names the field and the fix. */
export class InvalidDocumentError extends BellwetherError {
  /** The field to correct, such as `publishedAt` or `source.kind`; null when it is the document as a whole. */
  readonly field: string | null;

  constructor(
    code: string,
    message: string,
    options: { cause?: unknown; retriable?: boolean; field?: string } = {},
  ) {
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
