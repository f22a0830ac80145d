import { MODEL_NAMES } from '../../models/load-classifier.js';
import type { Config } from '../../config/schema.js';
import { choiceOption } from './arguments.js';
import type { CommandArguments, CommandOption } from './command.js';

export const MODEL_OPTION = {
  model: {
    type: 'string',
    value: MODEL_NAMES.join('|'),
    doc: 'Model; without it the one that the configuration serves.',
  },
} as const satisfies Record<string, CommandOption>;

/** The models section with the model that was asked for. */
export function modelsFrom(args: CommandArguments, config: Config): Config['models'] {
  const sentiment = choiceOption(args, 'model', MODEL_NAMES);
  return sentiment === null ? config.models : { ...config.models, sentiment };
}
