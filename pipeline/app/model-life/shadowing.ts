import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { isSameValue } from '../../../config/same-value.js';
import type { Config } from '../../../config/schema.js';
import { BellwetherError } from '../../core/errors.js';
import { createTurns } from '../../core/turns.js';
import type { DocumentVersion } from '../../core/store.js';
import { modelOptions } from '../understanding.js';
import { startChallenger } from './challenger-process.js';
import { namedModels } from './named-model.js';
import { createShadow, type Shadow, type ShadowOptions } from './shadow.js';

export interface ShadowingOptions extends Omit<ShadowOptions, 'challenger' | 'share'> {
  readonly dataDir: string;
}

/** The challenger that the configuration names, if any; it comes and goes with it. */
export interface Shadowing {
  /** See `Shadow`. */
  offer(versions: readonly DocumentVersion[]): void;
  /**
   * Ends the challenger and begins the one that these models name, unless that is the one that reads; resolves when it reads, or
   * was refused and logged.
   */
  follow(models: Config['models']): Promise<void>;
  /** One that is still loading is cut off. */
  close(): Promise<void>;
}

/** What a challenger was begun with. */
interface Wanted {
  readonly models: Config['models'];
  /** The text of its `model.json`, which has the hashes of its other files; empty where it has none. */
  readonly manifest: string;
}

function manifestOf(models: Config['models']): Promise<string> {
  const { name, directory } = modelOptions(models);
  return readFile(join(directory, name, 'model.json'), 'utf8').catch(() => '');
}

export function createShadowing(options: ShadowingOptions): Shadowing {
  const { dataDir, logger } = options;
  const inTurn = createTurns();
  let shadow: Shadow | null = null;
  let reads: Wanted | null = null;
  const closing = new AbortController();
  const isClosing = () => closing.signal.aborted;
  const end = async () => {
    const old = shadow;
    shadow = null;
    reads = null;
    await old?.close();
  };
  const follow = async (models: Config['models']) => {
    const { challenger: name, challengerShare: share } = models;
    if (name === null || isClosing()) {
      await end();
      return;
    }
    try {
      const named = await namedModels(dataDir, models, name);
      const wanted = { models, manifest: await manifestOf(named) };
      if (isSameValue(reads, wanted)) return;
      await end();
      const challenger = await startChallenger(named, { signal: closing.signal });
      shadow = createShadow({ ...options, challenger, share });
      reads = wanted;
      logger.info('A challenger reads a share of the documents beside the model that serves.', {
        challenger: challenger.model,
        share,
      });
    } catch (error) {
      await end();
      if (!(error instanceof BellwetherError)) throw error;
      if (isClosing()) return;
      logger.error('The challenger of the configuration reads nothing; the model that serves goes on.', {
        challenger: name,
        reason: error.message,
      });
    }
  };
  return {
    offer(versions) {
      shadow?.offer(versions);
    },
    follow: (models) => inTurn(() => follow(models)),
    async close() {
      closing.abort();
      await inTurn(end);
    },
  };
}
