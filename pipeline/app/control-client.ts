import { request } from 'node:http';

import { BellwetherError, ConfigError, UnavailableError } from '../core/errors.js';
import type { ControlAnswers, ControlLine } from './control-server.js';

/** Asks the service that holds a data folder; throws what the service answers as an error. An abort ends the work there. */
export async function askService<K extends keyof ControlAnswers>(
  socket: string,
  what: K,
  body: unknown,
  signal: AbortSignal,
): Promise<ControlAnswers[K]> {
  let rest = '';
  let last: ControlLine<ControlAnswers[K]> | null = null;
  const take = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) last = JSON.parse(line) as ControlLine<ControlAnswers[K]>;
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
    throw new UnavailableError(
      'service_unreachable',
      `The service at ${socket} went away before it answered.`,
      { cause: error },
    );
  });
  return readAnswer(last);
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
