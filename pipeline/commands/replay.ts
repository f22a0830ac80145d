import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';

import { askReplay } from '../app/control-client.js';
import { dataPaths, peekDataFolder } from '../app/data-folder.js';
import { startService, type ReplayRequest, type ReplayResult } from '../app/service.js';
import { systemClock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import { createLogger } from '../telemetry/logger.js';
import { numberOption, textOption } from './arguments.js';
import type { Command, CommandArguments, CommandIo } from './command.js';
import { CONFIG_OPTIONS, configFrom, dataFolderOf, PORT_OPTION } from './open-config.js';

export const replayCommand: Command = {
  name: 'replay',
  summary:
    'Feeds recorded documents through the whole path, event time kept: into the service that holds the data folder, or one of its own.',
  usage: 'FILE… [--data DIR] [--speed N|max] [--port N]',
  options: {
    ...CONFIG_OPTIONS,
    ...PORT_OPTION,
    speed: {
      type: 'string',
      value: 'N|max',
      doc: 'How many times faster than recorded; max (the default) does not wait.',
    },
  },
  examples: [
    'bellwether replay posts.jsonl.gz --data data/replay',
    'bellwether replay monday.jsonl tuesday.jsonl --speed 600',
  ],
  async run(args, io) {
    const request = toRequest(args, io);
    await Promise.all(request.files.map(requireReadable));
    const config = await configFrom(args, io, { sources: [] });
    const dataDir = dataFolderOf(config, 'replay', io);
    const began = systemClock.monotonic();
    const { heldBy } = await peekDataFolder(dataDir);
    if (heldBy !== null) {
      io.words(`The service ${heldBy} holds ${dataDir}; it takes the files.`);
      return report(await askReplay(dataPaths(dataDir).socket, request, io.signal), io, began);
    }
    const free =
      textOption(args, 'port') === null
        ? { http: { ...config.http, port: 0 }, metrics: { ...config.metrics, port: 0 } }
        : {};
    const logger = createLogger({ level: config.telemetry.logLevel });
    const service = await startService({
      config: { ...config, ...free },
      dataDir,
      world: 'replay',
      clock: systemClock,
      logger,
    });
    io.words(
      `Replaying into ${dataDir}; page ${service.addresses.page ?? ''}, metrics ${service.addresses.metrics ?? ''}/metrics`,
    );
    try {
      const result = await Promise.race([service.replay(request, io.signal), neverAfter(service.failed)]);
      return io.signal.aborted ? interrupted(io) : report(result, io, began);
    } finally {
      await service.stop();
    }
  },
};

function toRequest(args: CommandArguments, io: CommandIo): ReplayRequest {
  if (args.positionals.length === 0)
    throw new ConfigError(
      'usage',
      'replay needs at least one FILE with recorded documents (JSON lines, gzip or not).',
    );
  const speed = textOption(args, 'speed') ?? 'max';
  return {
    files: args.positionals.map((file) => resolve(io.cwd, file)),
    speed: speed === 'max' ? 'max' : (numberOption(args, 'speed', { min: 0.001, max: 1e9 }) ?? 'max'),
  };
}

/** Before a data folder is made for it. */
async function requireReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch (cause) {
    throw new ConfigError('usage', `${file} does not exist or may not be read. Correct the path.`, { cause });
  }
}

function report(result: ReplayResult, io: CommandIo, began: number): number {
  for (const { place, message } of result.problems) io.words(`${place}: ${message}`);
  const more = result.rejected - result.problems.length;
  if (more > 0) io.words(`… and ${more} more rows that were not taken.`);
  const seconds = ((systemClock.monotonic() - began) / 1_000).toFixed(1);
  io.words(
    `${result.delivered} documents taken, ${result.rejected} not, all queryable and rolled up after ${seconds} s.`,
  );
  return 0;
}

function interrupted(io: CommandIo): number {
  io.words('Interrupted. What was taken is safe; the same command continues where it stopped.');
  return 1;
}

async function neverAfter(failed: Promise<void>): Promise<never> {
  await failed;
  return new Promise<never>(() => undefined);
}
