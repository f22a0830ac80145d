import type { Config } from '../../../config/schema.js';
import { BellwetherError } from '../../core/errors.js';
import { createTurns } from '../../core/turns.js';
import type { DocumentVersion } from '../../core/store.js';
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
  /** Ends the challenger and begins the one that these models name; resolves when it reads, or was refused and logged. */
  follow(models: Config['models']): Promise<void>;
  /** One that is still loading is cut off. */
  close(): Promise<void>;
}

export function createShadowing(options: ShadowingOptions): Shadowing {
  const { dataDir, logger } = options;
  const inTurn = createTurns();
  let shadow: Shadow | null = null;
  const closing = new AbortController();
  const isClosing = () => closing.signal.aborted;
  const end = async () => {
    const old = shadow;
    shadow = null;
    await old?.close();
  };
  const begin = async ({ challenger: name, challengerShare: share, ...models }: Config['models']) => {
    if (name === null || isClosing()) return;
    try {
      const named = await namedModels(dataDir, { ...models, challenger: name, challengerShare: share }, name);
      const challenger = await startChallenger(named, { signal: closing.signal });
      shadow = createShadow({ ...options, challenger, share });
      logger.info('A challenger reads a share of the documents beside the model that serves.', {
        challenger: challenger.model,
        share,
      });
    } catch (error) {
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
    follow: (models) =>
      inTurn(async () => {
        await end();
        await begin(models);
      }),
    async close() {
      closing.abort();
      await inTurn(end);
    },
  };
}
