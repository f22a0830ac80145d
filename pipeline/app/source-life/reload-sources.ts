import { stat } from 'node:fs/promises';

import type { Config } from '../../../config/schema.js';
import { isSameValue } from '../../../config/same-value.js';
import { secretVariables } from '../../../config/secret.js';
import type { Clock } from '../../core/clock.js';
import type { World } from '../../core/document.js';
import { BellwetherError, ConfigError } from '../../core/errors.js';
import type { LogFields, Logger } from '../../telemetry/logger.js';
import type { ModelSwitch, SwitchModel } from '../switch-model.js';
import type { SourceChanges, SourceLife } from './source-life.js';

/** Where a configuration comes from, so that it can be read again. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  /** As at the start: file, environment, flags; secrets are read anew. Throws ConfigError with all that is wrong. */
  readonly load: () => Promise<Config>;
}

/** Who wants the file read again: an operator by command, a SIGHUP, or the file itself, which has changed. */
export type ReloadCause = 'command' | 'signal' | 'file';

export interface ReloadResult extends SourceChanges {
  /** Sections that are other than at the start and count from the next start on. */
  readonly needRestart: readonly string[];
  /** The model of this process from now on, and the one before; null when it is the same, and in one that only takes documents in. */
  readonly model: ModelSwitch | null;
  /** Variables that secrets of the sources come from: they are as at the start of the process, whatever they are outside. */
  readonly variablesAsAtStart: readonly string[];
}

export interface ReloadOptions {
  /** Null when the service was started without one. */
  readonly file: ConfigFile | null;
  /** What the service was started with. */
  readonly config: Config;
  readonly world: World;
  readonly life: Pick<SourceLife, 'apply' | 'statuses'>;
  /** See `SwitchModel`; null also in a process that only takes documents in. */
  readonly switchModel: SwitchModel;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

/** Takes another configuration over while the service runs: its sources, its model and its expert rules; all else is built once. */
export interface SourceReload {
  /**
   * Reads and checks the whole file first; with anything wrong nothing changes, and a ConfigError says all of it. What
   * became of it is logged as well, with the cause.
   */
  reload(by: Exclude<ReloadCause, 'file'>): Promise<ReloadResult>;
  /**
   * Reloads when the file, or one of expert rules that it names, has changed, until the signal, but never to no sources at all;
   * without a file it resolves at once.
   */
  watch(signal: AbortSignal): Promise<void>;
}

const LOOK_EVERY_MS = 5_000;

export function createSourceReload(options: ReloadOptions): SourceReload {
  const { file, clock, logger } = options;
  let work: Promise<unknown> = Promise.resolve();
  let taken: string | null = null;
  let models = options.config.models;
  const rules = createRuleWatch();

  const reload = async (from: ConfigFile, by: ReloadCause) => {
    taken = await markOf(from.path);
    await rules.look(models);
    try {
      const next = await from.load();
      if (by === 'file') requireSources(options, next);
      requireWorld(next.sources, options.world);
      const changed = !isSameValue(models, next.models);
      // Who asks for it may have put another version into the folder; a file that has changed says nothing of that.
      const asked = changed || rules.due() || by !== 'file';
      if (asked) await rules.look(next.models);
      const model = asked ? await options.switchModel(next.models, changed) : null;
      if (asked) rules.taken();
      if (model !== null) models = next.models;
      const result = { ...(await takeOver(options, next, models)), model };
      logger.info('The configuration was read again.', { by, file: from.path, ...result });
      return result;
    } catch (error) {
      logRefusal(error, { by, file: from.path }, logger);
      throw error;
    }
  };
  const inTurn = (by: ReloadCause): Promise<ReloadResult> => {
    if (file === null)
      return Promise.reject(
        new ConfigError(
          'no_config_file',
          'The service was started without --config, so there is no file to read again.',
        ),
      );
    const turn = work.then(() => reload(file, by));
    work = turn.catch(() => undefined);
    return turn;
  };
  return {
    reload: inTurn,
    async watch(signal) {
      if (file === null) return;
      taken ??= await markOf(file.path);
      await rules.look(models);
      // A file that is just being written may be sound and lack its second half: it has to stand still for one look.
      let seen: string | null = null;
      while (!signal.aborted) {
        await clock.sleep(LOOK_EVERY_MS, signal);
        const now = await markOf(file.path);
        const nowRules = await marksOf(models.rules.files);
        const other = now !== taken || nowRules !== rules.mark();
        if (other && `${now} ${nowRules}` === seen) await inTurn('file').catch(onlyBugs);
        seen = `${now} ${nowRules}`;
      }
    },
  };
}

function logRefusal(error: unknown, fields: LogFields, logger: Pick<Logger, 'error'>): void {
  if (!(error instanceof BellwetherError)) return;
  logger.error('The configuration was not taken over; everything goes on as before.', {
    ...fields,
    reason: error.message,
  });
}

async function takeOver(
  { config, world, life }: ReloadOptions,
  next: Config,
  models: Config['models'],
): Promise<Omit<ReloadResult, 'model'>> {
  const running = { ...config, models };
  const changes = await life.apply(world === 'replay' ? [] : next.sources);
  const sections = Object.keys(config) as (keyof Config)[];
  const needRestart = sections.filter((key) => key !== 'sources' && !isSameValue(running[key], next[key]));
  return { ...changes, needRestart, variablesAsAtStart: secretVariables(next.sources) };
}

/** A file that was cut off or emptied is sound YAML; nobody who is there has said that all sources go. */
function requireSources({ life }: Pick<ReloadOptions, 'life'>, next: Config): void {
  const running = life.statuses().filter((status) => status.running).length;
  if (running === 0 || next.sources.some(({ enabled }) => enabled)) return;
  throw new ConfigError(
    'no_sources_left',
    `The file names no source any more, and ${running} run. If that is meant, say so with "bellwether sources reload".`,
  );
}

/** A data folder holds one world for ever; the check at the start holds for a reload as well. */
function requireWorld(sources: Config['sources'], world: World): void {
  const foreign = sources.find(({ enabled, type }) => enabled && (type === 'demo') !== (world === 'demo'));
  if (foreign === undefined || world === 'replay') return;
  throw new ConfigError(
    'world_mismatch',
    `The source ${foreign.id} (${foreign.type}) belongs to another world than this installation (${world}); worlds are never mixed. ` +
      'Start it with a data folder of its own (--data).',
  );
}

/** Other whenever the file was written or replaced. */
async function markOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'not there';
  }
}

/** Remembers the files of expert rules as they were last looked at. */
interface RuleWatch {
  look(models: Config['models']): Promise<void>;
  mark(): string | null;
  /** They have changed since rules were taken from them. */
  due(): boolean;
  taken(): void;
}

function createRuleWatch(): RuleWatch {
  let mark: string | null = null;
  let due = false;
  return {
    async look({ rules: { files } }) {
      const now = await marksOf(files);
      due ||= mark !== null && mark !== now;
      mark = now;
    },
    mark: () => mark,
    due: () => due,
    taken() {
      due = false;
    },
  };
}

async function marksOf(paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map(markOf))).join();
}

/** What is wrong with a file was logged, and its next change may mend it. */
function onlyBugs(error: unknown): void {
  if (!(error instanceof BellwetherError)) throw error;
}
