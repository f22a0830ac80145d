import { loadClassifier, NO_OBSERVER } from '../../models/load-classifier.js';
import { isModelName } from '../../models/model-names.js';
import { modelOptions } from '../app/understanding.js';
import { ConfigError } from '../core/errors.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

export const modelsVerifyCommand: Command = {
  name: 'models verify',
  summary:
    'Proves that a model is whole and right: hashes, labels, names and shapes, golden texts. Exit code 1 says why not.',
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
    const notes: string[] = [];
    const classifier = await loadClassifier({
      ...options,
      name: name ?? options.name,
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
    io.out(`${model.name} ${model.version} can serve${notes.join('')}\n`);
    return 0;
  },
};
