import { resolve } from 'node:path';

import { peekDataFolder } from '../app/data-folder.js';
import { folderSuffix, parseRoles, requireSharedParts, ROLES, type Roles } from '../app/roles.js';
import { startService, type Service, type ServiceOptions } from '../app/service.js';
import { cautionsOf } from '../../config/cautions.js';
import type { Config, ConfigInput } from '../../config/schema.js';
import { describeChanges } from '../app/source-life/describe-changes.js';
import { systemClock } from '../core/clock.js';
import type { World } from '../core/document.js';
import { BellwetherError } from '../core/errors.js';
import { createLogger } from '../telemetry/logger.js';
import { choiceOption, noPositionals, textOption } from './arguments.js';
import type { Command, CommandArguments, CommandIo } from './command.js';
import { CONFIG_OPTIONS, configFrom, dataFolderOf, PORT_OPTION } from './open-config.js';

export const startCommand: Command = {
  name: 'start',
  summary:
    'Runs the service: sources, understanding, detection, mail, page. Without a configuration it shows the demo.',
  usage: '[--config FILE] [--data DIR] [--port N] [--sources none|demo] [--roles ROLE,…]',
  options: {
    ...CONFIG_OPTIONS,
    ...PORT_OPTION,
    sources: {
      type: 'string',
      value: 'none|demo',
      doc: 'demo: invented companies. none: the webhook alone.',
    },
    roles: {
      type: 'string',
      value: 'ROLE,…',
      doc: 'What this process does: ingest, understand, monitor, api. Everything, when left out; with Kafka and a ClickHouse server the work can be shared.',
    },
  },
  examples: [
    'bellwether start                              the demo, on http://127.0.0.1:8420',
    'bellwether start --sources none --data data/mine   documents by webhook',
    'bellwether start --config config/live.yaml    real public feeds',
    'bellwether start --config cluster.yaml --roles understand   one of several that share the reading',
  ],
  async run(args, io) {
    noPositionals(args, 'start');
    const roles = parseRoles(textOption(args, 'roles') ?? ROLES.join(','));
    const { config, world, dataDir } = await settle(args, io, roles);
    const logger = createLogger({ level: config.telemetry.logLevel });
    const began = systemClock.monotonic();
    const service = await startService({
      config,
      dataDir,
      world,
      clock: systemClock,
      logger,
      roles,
      ...configFile(args, io, async () => (await settle(args, io, roles)).config),
    });
    if (textOption(args, 'config') !== null) io.onHangup(() => void reloadSources(service, io));
    greet(service, { config, roles }, io, (systemClock.monotonic() - began) / 1_000);
    const stopped = new Promise<void>((resolve) => {
      io.signal.addEventListener('abort', () => {
        resolve();
      });
      if (io.signal.aborted) resolve();
    });
    await Promise.race([stopped, service.failed]);
    io.words('Stopping: what is under way is finished and stored …');
    await service.stop();
    io.words('Stopped. Everything accepted is safe; the next start continues here.');
    return 0;
  },
};

/** What is wrong with a file is said, and the service goes on. */
async function reloadSources(service: Service, io: CommandIo): Promise<void> {
  try {
    for (const line of describeChanges(await service.sources.reload('signal'))) io.words(line);
  } catch (error) {
    if (!(error instanceof BellwetherError)) throw error;
    io.words(error.message);
  }
}

function configFile(
  args: CommandArguments,
  io: CommandIo,
  load: () => Promise<Config>,
): Pick<ServiceOptions, 'configFile'> {
  const file = textOption(args, 'config');
  return file === null ? {} : { configFile: { path: resolve(io.cwd, file), load } };
}

/** Which world, where, and with which sources: the flags, else the configuration, else what the folder already holds. */
async function settle(
  args: CommandArguments,
  io: CommandIo,
  roles: Roles,
): Promise<{ config: Config; world: World | null; dataDir: string }> {
  const chosen = choiceOption(args, 'sources', ['none', 'demo']);
  const override: ConfigInput =
    chosen === null ? {} : { sources: chosen === 'demo' ? [{ type: 'demo' }] : [] };
  const config = await configFrom(args, io, override);
  requireSharedParts(roles, config);
  const isDemo = config.sources.some((source) => source.type === 'demo');
  const wanted: World = isDemo ? 'demo' : 'live';
  const dataDir = `${dataFolderOf(config, wanted, io)}${config.dataDir === null ? folderSuffix(roles) : ''}`;
  const held = (await peekDataFolder(dataDir)).world;
  // Nobody asked for a world: an installation that is there is shown as what it is.
  const nothingAsked = chosen === null && textOption(args, 'config') === null;
  if (
    held !== null &&
    held !== wanted &&
    (nothingAsked || (chosen === 'none' && config.sources.length === 0))
  ) {
    return { config: { ...config, sources: held === 'demo' ? config.sources : [] }, world: held, dataDir };
  }
  return { config, world: wanted, dataDir };
}

function greet(
  service: Service,
  { config, roles }: { readonly config: Config; readonly roles: Roles },
  io: CommandIo,
  seconds: number,
): void {
  const banner: Readonly<Record<World, string>> = {
    demo: 'DEMO: invented companies and texts. In about 20 seconds one of them gets into trouble.',
    live: 'Live.',
    replay: 'Replay world: recorded documents, their own time.',
  };
  io.words(`Bellwether is ready (${seconds.toFixed(1)} s). ${banner[service.world]}`);
  if (roles.size < ROLES.length) io.words(`  Roles     ${[...roles].join(', ')}`);
  if (roles.has('api')) io.words(`  Page      ${service.addresses.page ?? ''}`);
  else io.words(`  Health    ${service.addresses.page ?? ''}/readyz`);
  if (config.webhook.enabled && roles.has('ingest'))
    io.words(`  Webhook   ${service.addresses.page ?? ''}/ingest/v1/documents`);
  const { clickhouse } = service.addresses;
  if (clickhouse !== undefined) io.words(`  SQL       ${clickhouse} (ClickHouse over HTTP, read-only)`);
  io.words(`  Metrics   ${service.addresses.metrics ?? ''}/metrics`);
  io.words(`  Data      ${service.dataDir} (mails in outbox/)`);
  if (roles.has('api')) for (const sentence of cautionsOf(config)) io.words(sentence);
  io.words('Ctrl-C stops it.');
}
