import { askOperation } from '../app/control-client.js';
import { dataPaths } from '../app/data-folder.js';
import type { Operation } from '../app/operations/operation.js';
import { startService } from '../app/service.js';
import { systemClock } from '../core/clock.js';
import { createLogger } from '../telemetry/logger.js';
import type { CommandIo } from './command.js';
import type { Installation } from './with-installation.js';

/** Runs an operation and gives its answer. */
export type AskOperation = <Request, Answer>(
  operation: Operation<Request, Answer>,
  request: NoInfer<Request>,
) => Promise<Answer>;

/**
 * Runs an operation in the service that holds the installation; a stopped one is started for it, without sources and
 * without a port to guess, finishes what it had accepted, and stops again.
 */
export async function runOperation<Request, Answer>(
  operation: Operation<Request, Answer>,
  request: NoInfer<Request>,
  installation: Installation,
  io: CommandIo,
): Promise<Answer> {
  return withOperations(installation, io, (ask) => ask(operation, request));
}

/** The same for several operations: a stopped service is started once for all of them. */
export async function withOperations<T>(
  { config, dataDir, world, heldBy }: Installation,
  io: CommandIo,
  work: (ask: AskOperation) => Promise<T>,
): Promise<T> {
  if (heldBy !== null) {
    const { socket } = dataPaths(dataDir);
    return work((operation, request) => askOperation(socket, operation, request, io.signal));
  }
  const quiet: typeof config = {
    ...config,
    sources: [],
    http: { ...config.http, host: '127.0.0.1', port: 0 },
    metrics: { ...config.metrics, host: '127.0.0.1', port: 0 },
  };
  const logger = createLogger({ level: config.telemetry.logLevel });
  const service = await startService({ config: quiet, dataDir, world, clock: systemClock, logger });
  try {
    return await work((operation, request) => service.operate(operation, request, io.signal));
  } finally {
    await service.stop();
  }
}
