import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

export type LogFields = Readonly<Record<string, unknown>>;

/** A log line is a constant sentence and its values as fields, so that lines can be counted and searched. */
export interface Logger {
  error(sentence: string, fields?: LogFields): void;
  warn(sentence: string, fields?: LogFields): void;
  info(sentence: string, fields?: LogFields): void;
  debug(sentence: string, fields?: LogFields): void;
  trace(sentence: string, fields?: LogFields): void;
  /** The same logger with fields on every line, such as `{ component: 'rss' }`. */
  child(fields: LogFields): Logger;
}

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Where JSON lines go; standard error when left out, as standard output belongs to data. */
  readonly destination?: DestinationStream;
}

const SECRET_FIELDS = ['authorization', 'cookie', 'password', 'secret', 'token', 'apiKey', 'authorKey'];
const REDACTED_PATHS = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** Writes one JSON line an entry: `level` as a word, `time` in ISO 8601, the fields, `msg`. Fields that hold secrets are redacted. */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    serializers: { error: serializeError },
  };
  return wrap(pino(options, destination ?? pino.destination({ fd: 2, sync: true })));
}

/** A logger that writes nothing. */
export const silentLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  trace: () => undefined,
  child: () => silentLogger,
};

function wrap(logger: PinoLogger): Logger {
  return {
    error: (sentence, fields = {}) => logger.error(fields, sentence),
    warn: (sentence, fields = {}) => logger.warn(fields, sentence),
    info: (sentence, fields = {}) => logger.info(fields, sentence),
    debug: (sentence, fields = {}) => logger.debug(fields, sentence),
    trace: (sentence, fields = {}) => logger.trace(fields, sentence),
    child: (fields) => wrap(logger.child(fields)),
  };
}

/** Name, code, message and the chain of causes; the stack only of what has no code, which is a bug. */
function serializeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error) || depth > 4) return error;
  const code = 'code' in error ? String(error.code) : null;
  return {
    name: error.name,
    ...(code === null ? { stack: error.stack } : { code }),
    message: error.message,
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause, depth + 1) }),
  };
}
