import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { BellwetherError, ConfigError } from '../../core/errors.js';
import { quoted } from '../bind-values.js';
import { allowedSetting, checkStatement } from './check-statement.js';
import { readTableFunctions, runReading, type EndpointAnswer, type EndpointLimits } from './read-session.js';

export interface ClickHouseEndpointOptions extends EndpointLimits {
  /** Folder of the embedded store, which this process holds open. */
  readonly path: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly user: string;
  readonly password: { reveal(): string } | null;
}

export interface ClickHouseEndpoint {
  /** `http://host:port`. */
  readonly url: string;
  /** Refuses who waits and lets every connection go. What the engine has begun goes on in it until its own limit. */
  close(): Promise<void>;
}

/** Beside the four readers of the page, so that the writer of the store never waits for a thread. */
const CONCURRENT = 2;
const WAITING = 16;
const MAX_STATEMENT_BYTES = 262_144;
const MAX_PARAMS = 100;
const REQUEST_MS = 30_000;

const CODE = {
  badArguments: 36,
  readonly: 164,
  tooMany: 202,
  notFound: 48,
  aborted: 236,
  authentication: 516,
  unknown: 1002,
};

/**
 * Serves the embedded store to any ClickHouse client over HTTP, for reading only: one user, one statement a request, limits on
 * time, memory and rows. Answers pass through as the engine made them, binary formats too.
 *
 * Throws ConfigError `endpoint_without_password` and `port_unusable`.
 */
export async function startClickHouseEndpoint(
  options: ClickHouseEndpointOptions,
): Promise<ClickHouseEndpoint> {
  if (options.password === null) {
    throw new ConfigError(
      'endpoint_without_password',
      'clickhouse.listen is enabled without a password. Set clickhouse.listen.password to ${env:NAME} or {file: PATH}.',
    );
  }
  const endpoint = new Endpoint(options, options.password.reveal(), await readTableFunctions(options.path));
  return endpoint.listen();
}

/** What is answered instead of a result: the engine's number of the error, and its words. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

class Endpoint {
  readonly #server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: 10_000, maxHeaderSize: MAX_STATEMENT_BYTES },
    (request, response) => {
      this.#serve(request, response).catch(() => {
        response.destroy();
      });
    },
  );
  #running = 0;
  #closing = false;
  readonly #waiting: { readonly begin: () => void; readonly refuse: (why: Refusal) => void }[] = [];

  constructor(
    private readonly options: ClickHouseEndpointOptions,
    private readonly password: string,
    private readonly tableFunctions: ReadonlySet<string>,
  ) {}

  async listen(): Promise<ClickHouseEndpoint> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => {
        const words = `The ClickHouse endpoint cannot listen on ${host}, port ${port}: ${error.message}. Choose another clickhouse.listen.port.`;
        reject(new ConfigError('port_unusable', words, { cause: error }));
      });
      this.#server.listen(port, host, resolve);
    });
    const { port: taken } = this.#server.address() as AddressInfo;
    return {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
      close: () =>
        new Promise((resolve) => {
          this.#closing = true;
          for (const { refuse } of this.#waiting.splice(0)) refuse(stopping());
          this.#server.close(() => {
            resolve();
          });
          this.#server.closeAllConnections();
        }),
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = randomUUID();
    response.setHeader('x-clickhouse-query-id', id);
    response.setHeader('x-clickhouse-server-display-name', 'bellwether');
    response.setHeader('x-clickhouse-timezone', 'UTC');
    try {
      const url = new URL(request.url ?? '/', 'http://endpoint');
      const body = request.method === 'POST' ? await readBody(request) : '';
      if (isPing(request, url, body)) {
        response.setHeader('content-type', 'text/html; charset=UTF-8').end('Ok.\n');
        return;
      }
      this.#authenticate(request, url);
      await this.#answer(url, body, request, response);
    } catch (error) {
      const { status, code, message } = toRefusal(error);
      response.writeHead(status, {
        'content-type': 'text/plain; charset=UTF-8',
        'x-clickhouse-exception-code': String(code),
        ...(status === 401 ? { 'www-authenticate': 'Basic realm="ClickHouse server HTTP API"' } : {}),
      });
      response.end(`Code: ${code}. DB::Exception: ${message} (version 26.7.2.1)\n`);
    }
  }

  async #answer(url: URL, body: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = [url.searchParams.get('query') ?? '', body].filter((part) => part !== '').join('\n');
    const statement = checkStatement(asked, this.tableFunctions);
    const format =
      statement.format ??
      url.searchParams.get('default_format') ??
      headerOf(request, 'x-clickhouse-format') ??
      'TabSeparated';
    if (!/^\w{1,64}$/.test(format)) throw new Refusal(400, CODE.badArguments, 'The format is not a name.');
    const { params, settings } = parametersOf(url.searchParams);
    for (const [name, value] of statement.settings) settings.set(name, value);
    const { path, maxSeconds, maxMemoryBytes, maxRows } = this.options;
    const limits = { maxSeconds, maxMemoryBytes, maxRows };
    // The turn lasts until the answer is sent, so that those who read slowly cannot pile answers up in memory.
    await this.#inTurn(async () => {
      const answer = await runReading(path, statement.sql, { format, params, settings, limits });
      await send(response, answer, format);
    });
  }

  #authenticate(request: IncomingMessage, url: URL): void {
    const given = credentialsOf(request, url);
    const right =
      given !== null && same(given.user, this.options.user) && same(given.password, this.password);
    if (right) return;
    throw new Refusal(
      given === null ? 401 : 403,
      CODE.authentication,
      'Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)',
    );
  }

  /** A few at once; more wait, and too many are sent away. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw stopping();
    if (this.#running >= CONCURRENT) {
      if (this.#waiting.length >= WAITING)
        throw new Refusal(
          503,
          CODE.tooMany,
          'Too many queries wait already. (TOO_MANY_SIMULTANEOUS_QUERIES)',
        );
      await new Promise<void>((begin, refuse) => this.#waiting.push({ begin, refuse }));
    }
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.begin();
    }
  }
}

/** Resolves when all is sent or the connection is gone; one that takes nothing for half a minute is let go. */
async function send(response: ServerResponse, answer: EndpointAnswer, format: string): Promise<void> {
  const done = new Promise<void>((resolve) => response.once('close', resolve));
  response.setTimeout(REQUEST_MS, () => response.destroy());
  response.writeHead(200, {
    'content-type': contentTypeOf(format),
    'x-clickhouse-format': format,
    'x-clickhouse-summary': JSON.stringify({
      read_rows: String(answer.rowsRead),
      read_bytes: String(answer.bytesRead),
      elapsed_ns: String(Math.round(answer.seconds * 1e9)),
    }),
    'content-length': answer.bytes.byteLength,
  });
  response.end(answer.bytes);
  if (response.destroyed) return;
  await done;
}

const stopping = () => new Refusal(503, CODE.aborted, 'The service stops. (ABORTED)');

function isPing(request: IncomingMessage, url: URL, body: string): boolean {
  const reading = request.method === 'GET' || request.method === 'HEAD';
  if (!reading && request.method !== 'POST')
    throw new Refusal(405, CODE.badArguments, 'Only GET and POST are answered here.');
  if (url.pathname === '/ping' || url.pathname === '/replicas_status') return true;
  if (url.pathname !== '/') throw new Refusal(404, CODE.notFound, 'There is nothing at this path.');
  return !url.searchParams.has('query') && body === '';
}

async function readBody(request: IncomingMessage): Promise<string> {
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
    throw new Refusal(400, CODE.badArguments, 'A compressed request body is not taken.');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_STATEMENT_BYTES) throw new Refusal(413, CODE.badArguments, 'The statement is too long.');
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Refusal(400, CODE.badArguments, 'The statement is not UTF-8.');
  }
}

/** Settings that change nothing in an answer are passed over (a time limit of the caller's is not longer than ours); others are named, so that nobody wonders. */
const IGNORED =
  /^(query|query_id|user|password|database|default_format|session_id|session_timeout|session_check|role|wait_end_of_query|send_progress_in_http_headers|http_headers_progress_interval_ms|cancel_http_readonly_queries_on_client_close|enable_http_compression|buffer_size|client_protocol_version|quota_key|readonly|max_execution_time|max_block_size|log_queries|log_comment|add_http_cors_header|date_time_input_format|async_insert|wait_for_async_insert|allow_experimental_\w+|compress|decompress)$/;

function parametersOf(search: URLSearchParams): Record<'params' | 'settings', Map<string, string>> {
  const params = new Map<string, string>();
  const settings = new Map<string, string>();
  for (const [name, value] of search) {
    const parameter = /^param_([A-Za-z_]\w{0,63})$/.exec(name)?.[1];
    if (parameter !== undefined) params.set(parameter, value);
    else if (/^\w{1,100}$/.test(name) && allowedSetting(name)) settings.set(name, quoted(value));
    else if (!IGNORED.test(name))
      throw new Refusal(400, CODE.readonly, `The setting ${name.slice(0, 64)} cannot be changed here.`);
    else if ((name === 'compress' || name === 'decompress') && value !== '0')
      throw new Refusal(400, CODE.badArguments, `Native compression is not offered; leave ${name} out.`);
  }
  if (params.size > MAX_PARAMS) throw new Refusal(400, CODE.badArguments, 'Too many parameters.');
  return { params, settings };
}

function credentialsOf(request: IncomingMessage, url: URL): { user: string; password: string } | null {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [user = '', ...rest] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    return { user, password: rest.join(':') };
  }
  const user = headerOf(request, 'x-clickhouse-user') ?? url.searchParams.get('user');
  const password = headerOf(request, 'x-clickhouse-key') ?? url.searchParams.get('password');
  return user === null && password === null ? null : { user: user ?? 'default', password: password ?? '' };
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

function same(given: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}

function contentTypeOf(format: string): string {
  if (/^JSON(Compact)?(Strings)?EachRow/.test(format)) return 'application/x-ndjson; charset=UTF-8';
  if (format.startsWith('JSON')) return 'application/json; charset=UTF-8';
  if (/^CSV/.test(format)) return 'text/csv; charset=UTF-8; header=present';
  if (/^(TabSeparated|TSV)/.test(format)) return 'text/tab-separated-values; charset=UTF-8';
  if (/^(Native|RowBinary|Parquet|Arrow|ORC|Avro|MsgPack|BSON|Protobuf|Npy)/.test(format))
    return 'application/octet-stream';
  return 'text/plain; charset=UTF-8';
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof BellwetherError) return new Refusal(403, CODE.readonly, `${error.message} (READONLY)`);
  const message = error instanceof Error ? error.message : String(error);
  const code = Number(/Code: (\d+)/.exec(message)?.[1] ?? CODE.unknown);
  const words = message.replace(/^Code: \d+\. DB::Exception: /, '').slice(0, 2_000);
  return new Refusal(statusOf(code), code, words);
}

/** As a server answers: what the caller can mend is his, time and memory are ours. */
function statusOf(code: number): number {
  if (code === 60 || code === 81) return 404;
  if (code === 159) return 408;
  if (code === 241 || code === CODE.unknown) return 500;
  return 400;
}
