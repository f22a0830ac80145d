import { loadClassifier, NO_OBSERVER, type LoadOptions } from '../../models/load-classifier.js';
import { isModelName } from '../../models/model-names.js';
import { modelOptions } from '../app/understanding.js';
import { BellwetherError, ConfigError } from '../core/errors.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

export const modelsVerifyCommand: Command = {
  name: 'models verify',
  summary:
    'Proves that a model is whole and right: hashes, labels, names and shapes, golden texts. Exit code 1, with the reason, says that it cannot serve, a missing file too; 2 is wrong use, such as an unknown name.',
  usage: '[NAME]',
  options: { config: CONFIG_OPTIONS.config },
  examples: ['bellwether models verify', 'bellwether models verify encoder'],
  async run(args, io) {
    const [name, extra] = args.positionals;
    if (extra !== undefined || (name !== undefined && !isModelName(name)))
      throw new ConfigError(
        'usage',
        'models verify takes one NAME of "bellwether models list", or none for the one that serves.',
      );
    const config = await configFrom(args, io, { sources: [] });
    const options = modelOptions(config.models);
    try {
      io.out(`${await verify({ ...options, name: name ?? options.name })}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof BellwetherError)) throw error;
      // Whatever is wrong with it, the command was used rightly.
      io.words(error.message);
      return 1;
    }
  },
};

async function verify(options: LoadOptions): Promise<string> {
  const notes: string[] = [];
  const classifier = await loadClassifier({
    ...options,
    observer: {
      ...NO_OBSERVER,
      device: ({ used, reason }) => {
        notes.push(` on ${used}${reason === null ? '' : `; not on another device: ${reason}`}`);
      },
      separated: (difference) => {
        notes.push(
          `; scores depend on the batch by ${difference.toExponential(1)}, so every text runs alone`,
        );
      },
    },
  });
  await classifier.close();
  const { model } = classifier;
  return `${model.name} ${model.version} can serve${notes.join('')}`;
}
