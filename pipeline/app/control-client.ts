import { request } from 'node:http';

import { BellwetherError, CancelledError, ConfigError, UnavailableError } from '../core/errors.js';
import type { ControlLine } from './control-server.js';
import type { Operation } from './operations/operation.js';
import type { SourceOperation } from './operations/sources.js';
import type { ReplayRequest, ReplayResult } from './service.js';

/** Has the service that holds a data folder take recorded files; throws what the service answers as an error. An abort ends the work there. */
export function askReplay(
  socket: string,
  request: ReplayRequest,
  signal: AbortSignal,
): Promise<ReplayResult> {
  return ask(socket, 'replay', request, signal);
}

/** Has the service that holds a data folder run an operation. */
export function askOperation<Request, Answer>(
  socket: string,
  operation: Operation<Request, Answer> | SourceOperation<Request, Answer>,
  request: Request,
  signal: AbortSignal,
): Promise<Answer> {
  return ask(socket, operation.name, request, signal);
}

async function ask<Answer>(
  socket: string,
  what: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Answer> {
  let rest = '';
  let last: ControlLine<Answer> | null = null;
  const take = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) last = JSON.parse(line) as ControlLine<Answer>;
  };
  await new Promise<void>((resolve, reject) => {
    const sent = request(
      {
        socketPath: socket,
        path: `/${what}`,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        signal,
      },
      (response) => {
        response.setEncoding('utf8');
        response.on('data', take);
        response.on('end', resolve);
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  }).catch((error: unknown) => {
    if (signal.aborted)
      throw new CancelledError(
        'stopped',
        'This command was stopped before the answer came. The service runs on, and ends what was asked of it where it can be cut off.',
        { cause: error },
      );
    throw new UnavailableError('service_unreachable', unreachableWords(socket, error), { cause: error });
  });
  return readAnswer(last);
}

/** Who asks knows that a process holds the folder; without its socket that process is on its way up or down. */
function unreachableWords(socket: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOENT' || code === 'ECONNREFUSED'
    ? `The service does not listen at ${socket}: it is still starting, or is stopping. Ask again in a moment.`
    : `The service at ${socket} went away before it answered.`;
}

function readAnswer<T>(line: ControlLine<T> | null): T {
  if (line?.type === 'result') return line.result;
  if (line?.type !== 'error') {
    throw new UnavailableError(
      'service_unreachable',
      'The service stopped before it answered. Start it and ask again.',
    );
  }
  throw line.usage ? new ConfigError(line.code, line.message) : new BellwetherError(line.code, line.message);
}
