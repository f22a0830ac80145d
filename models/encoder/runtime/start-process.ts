import { fork } from 'node:child_process';

import type { Runner, RunnerEvents } from './host.js';
import type { WorkerMessage, WorkerStart } from './worker-messages.js';

/** Of what a process said last, for the reason of its end. */
const MAX_WORDS = 500;

/** A process with a copy of the networks, which ends with this one. */
export function startProcess(
  entry: string,
  { networks, threads, device }: WorkerStart,
  events: RunnerEvents,
): Runner {
  const child = fork(entry, {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-MAX_WORDS);
  });
  child.on('message', (message) => {
    events.message(message as WorkerMessage);
  });
  child.on('error', (error) => {
    events.lost(`failed: ${error.message}`, error);
  });
  // `close` and not `exit`: by then its last words are here.
  child.on('close', (code, signal) => {
    events.lost(`ended with ${signal ?? String(code)}${words === '' ? '.' : `: ${words.trim()}`}`);
  });
  // What cannot be sent any more is answered by `close`.
  const send = (message: object) => child.send(message, () => undefined);
  const start: WorkerStart = {
    // The pipe takes no shared memory.
    networks: networks.map((network) => ({
      ...network,
      model: Uint8Array.from(network.model),
    })),
    threads,
    device,
  };
  send(start);
  return {
    name: 'The process of the graphics processor',
    post: send,
    end: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null || !child.kill('SIGKILL')) resolve();
        else
          child.once('close', () => {
            resolve();
          });
      }),
  };
}
