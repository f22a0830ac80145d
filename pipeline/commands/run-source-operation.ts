import { askOperation } from '../app/control-client.js';
import { dataPaths } from '../app/data-folder.js';
import type { SourceOperation } from '../app/operations/sources.js';
import { UnavailableError } from '../core/errors.js';
import type { CommandArguments, CommandIo, CommandOption } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { findInstallation } from './with-installation.js';

export const SOURCE_OPTIONS = {
  ...CONFIG_OPTIONS,
  json: { type: 'boolean', doc: 'JSON instead of words.' },
} as const satisfies Record<string, CommandOption>;

/** Asks the service that holds the installation; throws UnavailableError `not_running` when there is none, as sources run in a service only. */
export async function runSourceOperation<Request, Answer>(
  operation: SourceOperation<Request, Answer>,
  request: Request,
  args: CommandArguments,
  io: CommandIo,
): Promise<Answer> {
  const { dataDir, heldBy } = await findInstallation(args, io);
  if (heldBy !== null) return askOperation(dataPaths(dataDir).socket, operation, request, io.signal);
  throw new UnavailableError(
    'not_running',
    `No service is running on ${dataDir}, so none of its sources is. "bellwether start" runs them; "bellwether sources test NAME" tries one.`,
  );
}
