import { ConfigError, type InvalidDocumentError } from '../../../pipeline/core/errors.js';
import { parseFieldPath, type FieldPath, type MappingSpec } from '../../../pipeline/core/mapping.js';
import type { GuardedSocket, SocketConnector, SocketRequest } from '../../fetch/guarded-socket.js';
import { compileMapping, type MappedItem } from '../../mapping/compile-mapping.js';
import { valueAt } from '../../mapping/values-at.js';
import { invalid } from '../../parse/fields.js';
import type { Source, SourceCursor } from '../../source.js';
import { fieldsOf, parseJson, textIn } from './json-fields.js';
import type { LiveConnection, LiveItem, LiveStep } from './live-stream.js';
import { openSocket, type Advice } from './refusals.js';
import { createLiveSource, type LiveParts } from './run-live-stream.js';

export interface WebSocketOptions extends LiveParts {
  readonly url: string;
  readonly sockets: SocketConnector;
  readonly secretHeaders: Readonly<Record<string, string>>;
  /** Sent after connecting, in order, such as a login and a subscription. */
  readonly messages: readonly string[];
  readonly heartbeat: { readonly message: string; readonly everyMs: number } | null;
  readonly mapping: MappingSpec;
  /** How to go on after a break; null for a service that cannot. */
  readonly resume: ResumeOptions | null;
  readonly silenceMs: number;
  /** Looks at what one source gave: `record` answers true for the message with which there are too many bad ones. */
  readonly createBreaker: () => { record(bad: boolean): boolean };
}

export interface ResumeOptions {
  /** Where a message says how far the stream is. */
  readonly path: string;
  /** Parameter of the address that takes it. */
  readonly parameter?: string;
  /** Message that takes it in place of `{cursor}`. */
  readonly message?: string;
}

const STORE_EVERY_MS = 10_000;
/** What is stored as the time lags by up to this. */
const TOLERANCE_MS = 30_000;
const MAX_CURSOR_CHARS = 1_000;

const ADVICE: Advice = {
  401: 'The service does not know who asks: set or correct "auth", or the login among "messages".',
  403: 'The service does not allow this: have access to the stream granted for the key.',
  404: 'There is nothing at this address: correct "url".',
};

/**
 * Reads any WebSocket with JSON messages, by a mapping of fields.
 *
 * With `resume` each connection begins where the stored cursor stands; without it what came between two connections is a gap, which is told.
 * Rejects with ConfigError `source_flooded` when too many messages are no documents: then the mapping is wrong.
 */
export function createWebSocketSource(options: WebSocketOptions): Source {
  const name = new URL(options.url).host;
  const cursorName = `websocket:${options.source.id}`;
  const shared = {
    options,
    cursorName,
    name,
    map: compileMapping(options.mapping),
    path: options.resume === null ? null : parseFieldPath(options.resume.path),
    breaker: options.createBreaker(),
  };
  return createLiveSource({
    ...options,
    stream: {
      name,
      open: async (signal) => {
        const cursor = decodeCursor(await options.readCursor(cursorName));
        const { clock } = options;
        const socket = await openSocket(options.sockets, socketRequest(options, cursor), {
          signal,
          clock,
          advice: ADVICE,
        });
        return new MappedConnection({ ...shared, cursor, socket });
      },
    },
  });
}

interface Cursor {
  /** Null before the stream has said how far it is. */
  readonly value: string | null;
  /** Milliseconds since the epoch when it was last heard. */
  readonly at: number;
}

function socketRequest(options: WebSocketOptions, cursor: Cursor | null): SocketRequest {
  const { resume, heartbeat, secretHeaders } = options;
  const address = new URL(options.url);
  const value = cursor?.value ?? null;
  if (value !== null && resume?.parameter !== undefined) address.searchParams.set(resume.parameter, value);
  const resuming =
    value === null || resume?.message === undefined
      ? []
      : // As it stands within the quotes of JSON.
        [resume.message.replaceAll('{cursor}', () => JSON.stringify(value).slice(1, -1))];
  return {
    url: address.href,
    secretHeaders,
    greetings: [...options.messages, ...resuming],
    ...(heartbeat === null ? {} : { heartbeat }),
  };
}

interface ConnectionParts {
  readonly options: WebSocketOptions;
  readonly cursorName: string;
  readonly name: string;
  readonly map: (message: unknown) => readonly MappedItem[];
  readonly path: FieldPath | null;
  readonly breaker: { record(bad: boolean): boolean };
  readonly cursor: Cursor | null;
  readonly socket: GuardedSocket;
}

class MappedConnection implements LiveConnection {
  private value: string | null;
  private storedAt: number | null = null;
  private count = 0;
  private gap: string | null;

  constructor(private readonly parts: ConnectionParts) {
    this.value = parts.cursor?.value ?? null;
    this.gap = gapBefore(parts);
  }

  close(): void {
    this.parts.socket.close();
  }

  async next(): Promise<LiveStep | null> {
    const messages = await this.parts.socket.next();
    if (messages === null) return null;
    const items = messages.flatMap((message) => this.itemsOf(message));
    const { gap } = this;
    this.gap = null;
    return { items, cursors: this.cursorsFor(items), ...(gap === null ? {} : { gap }) };
  }

  private itemsOf(text: string): readonly LiveItem[] {
    this.count += 1;
    const place = `${this.parts.name}, message ${this.count} of the connection`;
    const message = parseJson(text);
    if (message === undefined) return [this.checked({ error: notJson(), place })];
    this.noteCursor(message);
    return this.parts.map(message).map((item) => this.checked({ ...itemOf(item), place }));
  }

  /** Too many bad ones are a wrong mapping, and nothing of them is taken. */
  private checked(item: LiveItem): LiveItem {
    const bad = 'error' in item;
    if (!this.parts.breaker.record(bad) || !bad) return item;
    throw new ConfigError(
      'source_flooded',
      `5 % of the last 1,000 messages of ${this.parts.name} are no documents, so the source has stopped (${item.error.message}) ` +
        `Mend the mapping of the source ${this.parts.options.source.id}, then start it again.`,
    );
  }

  private noteCursor(message: unknown): void {
    const { path } = this.parts;
    const found = path === null ? undefined : valueAt(path, { message, item: message });
    if (typeof found !== 'string' && typeof found !== 'number') return;
    const value = String(found);
    if (value !== '' && value.length <= MAX_CURSOR_CHARS) this.value = value;
  }

  private cursorsFor(items: readonly LiveItem[]): readonly SourceCursor[] {
    const now = this.parts.options.clock.now();
    if (items.length === 0 && this.storedAt !== null && now - this.storedAt < STORE_EVERY_MS) return [];
    this.storedAt = now;
    return [{ name: this.parts.cursorName, value: JSON.stringify({ value: this.value, at: now }) }];
  }
}

function itemOf(
  item: MappedItem,
): { document: Readonly<Record<string, unknown>> } | { error: InvalidDocumentError } {
  if ('error' in item) return item;
  const document = fieldsOf(item.document);
  if (document !== null) return { document };
  return {
    error: invalid(
      'wrong_type',
      undefined,
      'A message is no JSON object. Correct "mapping", or choose the messages with "when".',
    ),
  };
}

function gapBefore({ cursor, options, name }: ConnectionParts): string | null {
  if (cursor === null || options.resume !== null) return null;
  const now = options.clock.now();
  if (now - cursor.at <= TOLERANCE_MS) return null;
  const [from, to] = [cursor.at, now].map((ms) => new Date(ms).toISOString());
  return `What ${name} sent from ${from} to ${to} is missing: the source has no "resume". Set it if the service can go on from a place, else load it from another source.`;
}

/** Null for what is missing or damaged. */
function decodeCursor(stored: string | null): Cursor | null {
  const fields = stored === null ? null : fieldsOf(parseJson(stored));
  const at = fields?.['at'];
  if (fields === null || typeof at !== 'number') return null;
  return { value: textIn(fields, 'value', MAX_CURSOR_CHARS), at };
}

function notJson(): InvalidDocumentError {
  return invalid(
    'not_json',
    undefined,
    'A message is not JSON. Bellwether reads WebSockets with one JSON value a message.',
  );
}
