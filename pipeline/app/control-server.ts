import { chmod, rm } from 'node:fs/promises';

import fastify, { type FastifyInstance } from 'fastify';

import { systemClock } from '../core/clock.js';
import { BellwetherError, ConfigError } from '../core/errors.js';
import { MAX_EDIT_BYTES } from './operations/dead-letters.js';
import { OPERATIONS, SOURCE_OPERATIONS } from './operations/index.js';
import type { ReplayRequest, Service } from './service.js';

/** One line of a control answer: still working, the result, or why there is none. */
export type ControlLine<T> =
  | { readonly type: 'working' }
  | { readonly type: 'result'; readonly result: T }
  | { readonly type: 'error'; readonly usage: boolean; readonly code: string; readonly message: string };

const STILL_WORKING_MS = 5_000;
/** A corrected document in Base64, and whatever stands beside it. */
const MAX_REQUEST_BYTES = 2 * MAX_EDIT_BYTES;

/**
 * Serves the commands of this machine over the socket in the data folder, which only its owner can open.
 *
 * Every answer is JSON lines that end in a result or an error; a caller who goes away cancels the work.
 */
export async function startControlServer(
  socket: string,
  service: Pick<Service, 'replay' | 'operate' | 'sources'>,
): Promise<FastifyInstance> {
  // A socket file that a killed service left behind; the folder's lock says that nobody listens on it.
  await rm(socket, { force: true });
  const app = fastify({ logger: false, forceCloseConnections: true, bodyLimit: MAX_REQUEST_BYTES });
  const route = <T>(path: string, work: (body: unknown, signal: AbortSignal) => T | Promise<T>) => {
    app.post(path, (request, reply) => {
      reply.hijack();
      const { raw } = reply;
      const abort = new AbortController();
      raw.on('close', () => {
        abort.abort();
      });
      raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
      const send = (line: ControlLine<T>) => raw.write(`${JSON.stringify(line)}\n`);
      send({ type: 'working' });
      const done = new AbortController();
      void keepAlive(() => send({ type: 'working' }), done.signal);
      // Also what `work` throws at once is an answer.
      Promise.resolve()
        .then(() => work(request.body, abort.signal))
        .then(
          (result) => send({ type: 'result', result }),
          (error: unknown) => send(errorLine(error)),
        )
        .finally(() => {
          done.abort();
          raw.end();
        });
    });
  };
  route('/replay', (body, signal) => service.replay(parseReplay(body), signal));
  for (const operation of OPERATIONS) {
    route(`/${operation.name}`, (body, signal) => service.operate(operation, operation.parse(body), signal));
  }
  for (const operation of SOURCE_OPERATIONS) {
    route(`/${operation.name}`, (body) => operation.run(operation.parse(body), service.sources));
  }
  await app.listen({ path: socket });
  await chmod(socket, 0o600);
  return app;
}

/** Says now and then that the answer is still coming; an abort ends it before the next word. */
async function keepAlive(beat: () => void, signal: AbortSignal): Promise<void> {
  for (;;) {
    await systemClock.sleep(STILL_WORKING_MS, signal);
    if (signal.aborted) return;
    beat();
  }
}

function errorLine(error: unknown): Extract<ControlLine<never>, { type: 'error' }> {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof BellwetherError ? error.code : 'internal_error';
  return { type: 'error', usage: error instanceof ConfigError, code, message };
}

function parseReplay(body: unknown): ReplayRequest {
  if (typeof body === 'object' && body !== null && 'files' in body && 'speed' in body) {
    const { files, speed } = body;
    const listed = Array.isArray(files) && files.every((file): file is string => typeof file === 'string');
    if (listed && (speed === 'max' || typeof speed === 'number')) return { files, speed };
  }
  throw new ConfigError('usage', 'A replay needs {"files": […], "speed": "max" or a number}.');
}
