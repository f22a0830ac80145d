import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ConfigError } from '../../pipeline/core/errors.js';
import type { Classifier } from '../../pipeline/core/model.js';
import {
  checkToken,
  CLASSIFY_PATH,
  isFaultOfTexts,
  MAX_REQUEST_BYTES,
  MODEL_PATH,
  requestSchema,
  type ClassifyRequest,
} from './wire.js';

export interface ServeOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Null lets anyone in who reaches the port. */
  readonly token: string | null;
  /** For tests: how long `close` waits for what is under way. */
  readonly closeMs?: number;
}

export interface ClassifierServer {
  readonly address: string;
  /** Answers what is under way, for 30 s at most, and takes nothing new. */
  close(): Promise<void>;
}

/** Requests that are read or answered at once; the others are told to come back. */
const MAX_REQUESTS = 16;
const MAX_CONNECTIONS = 64;
/** For the whole of a request to arrive. */
const REQUEST_MS = 30_000;
const HEADERS_MS = 10_000;
/** Longer than a client keeps a connection that it does not use, so that it is not closed under a request. */
const KEEP_ALIVE_MS = 15_000;

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

/**
 * Serves a classifier over HTTP until `close`.
 *
 * Rejects with ConfigError `address_taken` when it cannot listen, and `token_unusable`. Memory: 16 requests of 4 MiB. Says
 * nothing of any text in an error; a page in somebody's browser cannot ask it, because that sends `Origin`.
 */
export async function serveClassifier(
  classifier: Classifier,
  options: ServeOptions,
): Promise<ClassifierServer> {
  checkToken(options.token, 'models.serve.token');
  let running = 0;
  let closing = false;
  const server = createServer((request, response) => {
    running += 1;
    const say = (status: number, body: object) => {
      // Otherwise a caller that goes on asking on its connection would be served for ever.
      if (closing) response.setHeader('connection', 'close');
      reply(response, status, body);
    };
    const crowded = running > MAX_REQUESTS;
    void answer(request, { classifier, token: options.token, crowded })
      .then((body) => {
        say(200, body);
      })
      .catch((error: unknown) => {
        if (!(error instanceof Refusal)) throw error;
        // What has not been read of a body would be taken for the next request.
        if (!request.complete) response.setHeader('connection', 'close');
        if (error.status === 503) response.setHeader('retry-after', '1');
        say(error.status, { error: { code: error.code } });
      })
      .finally(() => {
        running -= 1;
      });
  });
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = HEADERS_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, options);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    address: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        closing = true;
        // A server that is closed does not look any more whether requests arrive in time.
        const late = setTimeout(() => {
          server.closeAllConnections();
        }, options.closeMs ?? REQUEST_MS);
        server.close(() => {
          clearTimeout(late);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function listen(server: Server, { host, port }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const words = `Cannot listen on ${host}, port ${port}: ${cause.message}. Choose another models.serve.port.`;
      reject(new ConfigError('address_taken', words, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

interface Context {
  readonly classifier: Classifier;
  readonly token: string | null;
  readonly crowded: boolean;
}

async function answer(request: IncomingMessage, { classifier, token, crowded }: Context): Promise<object> {
  if (request.headers.origin !== undefined) throw new Refusal(403, 'browsers_are_not_served');
  if (!mayAsk(request, token)) throw new Refusal(401, 'token_unknown');
  const asked = `${request.method ?? ''} ${request.url ?? ''}`;
  if (asked === `GET ${MODEL_PATH}`) return classifier.model;
  if (asked !== `POST ${CLASSIFY_PATH}`) throw new Refusal(404, 'not_found');
  if (crowded) throw new Refusal(503, 'too_many_requests');
  const { model, inputs } = await readRequest(request);
  const { sha256 } = classifier.model;
  if (model !== sha256) throw new Refusal(409, 'model_differs');
  return { model: sha256, answers: await classifier.classify(inputs.map(toInput)) };
}

function toInput({ text, language, sentimentOnly, mentions }: ClassifyRequest['inputs'][number]) {
  return {
    text,
    language,
    ...(sentimentOnly === undefined ? {} : { sentimentOnly }),
    ...(mentions === undefined ? {} : { mentions }),
  };
}

/** Hashes are compared, so that the time says nothing of how much of the token was right. */
function mayAsk({ headers }: IncomingMessage, token: string | null): boolean {
  if (token === null) return true;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`));
}

async function readRequest(request: IncomingMessage): Promise<ClassifyRequest> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) throw new Refusal(415, 'not_json');
  const parts: Buffer[] = [];
  if (Number(request.headers['content-length'] ?? 0) > MAX_REQUEST_BYTES) throw new Refusal(413, 'too_large');
  let bytes = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      bytes += part.byteLength;
      if (bytes > MAX_REQUEST_BYTES) break;
      parts.push(part);
    }
  } catch {
    // The other side went away, or was too slow; nobody reads this any more.
    throw new Refusal(400, 'cut_off');
  }
  if (bytes > MAX_REQUEST_BYTES) throw new Refusal(413, 'too_large');
  return parseRequest(Buffer.concat(parts).toString('utf8'));
}

function parseRequest(text: string): ClassifyRequest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Refusal(400, 'not_json');
  }
  const { data, error } = requestSchema.safeParse(json);
  if (error !== undefined) throw new Refusal(400, isFaultOfTexts(error) ? 'text_refused' : 'not_a_request');
  return data;
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
