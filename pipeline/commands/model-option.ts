import { isModelName, MODEL_NAMES, type ModelName } from '../../models/model-names.js';
import type { Config } from '../../config/schema.js';
import { withModelNamed } from '../app/model-life/named-model.js';
import { ConfigError } from '../core/errors.js';
import { textOption } from './arguments.js';
import type { CommandArguments, CommandOption } from './command.js';

export const MODEL_OPTION = {
  model: {
    type: 'string',
    value: [...MODEL_NAMES, 'imported-NAME'].join('|'),
    doc: 'Model; without it the one that the configuration serves.',
  },
} as const satisfies Record<string, CommandOption>;

/** The model that was asked for, or null; a name that no model can have is wrong use. */
export function modelOption(args: CommandArguments): ModelName | null {
  const name = textOption(args, 'model');
  if (name === null || isModelName(name)) return name;
  const names = [...MODEL_NAMES, 'imported-NAME'].join(', ');
  throw new ConfigError('usage', `--model takes one of ${names}, not "${name}".`);
}

/** The models section with the model that was asked for. */
export function modelsFrom(args: CommandArguments, config: Config): Config['models'] {
  const sentiment = modelOption(args);
  return sentiment === null ? config.models : withModelNamed(config.models, sentiment);
}
