import { serveNetworks } from './serve-networks.js';
import type { WorkerMessage, WorkerRequest, WorkerStart } from './worker-messages.js';

/*
 * A process that holds the networks of one model on a graphics processor: a driver that fails takes this process with it and
 * no other. Its first message is what it starts with. It ends with the process that started it, and not before: signals for
 * the whole group, such as Ctrl-C, are left to that one, which still has texts to finish.
 */

const say = (message: WorkerMessage) => process.send?.(message);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
// Not `exit`: the driver's own clearing up may hang.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

process.once('message', (start: WorkerStart) => {
  void serveNetworks(start, say).then((answer) => {
    if (answer !== null) process.on('message', (request: WorkerRequest) => answer(request));
  });
});
