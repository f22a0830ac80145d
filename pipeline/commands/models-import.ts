import { resolve } from 'node:path';

import { importModel } from '../../models/import/import-model.js';
import { IMPORTED_PREFIX, isModelName } from '../../models/model-names.js';
import { modelOptions } from '../app/understanding.js';
import { ConfigError } from '../core/errors.js';
import { choiceOption, textOption } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

export const modelsImportCommand: Command = {
  name: 'models import',
  summary:
    'Takes a BERT of somebody else (ONNX, config.json with id2label, tokenizer.json) into the folder of models.',
  usage: 'DIR --name NAME --licence TEXT [--language en|zh] [--output NAME]',
  options: {
    config: CONFIG_OPTIONS.config,
    name: {
      type: 'string',
      value: 'NAME',
      doc: 'It is called imported-NAME; small letters, digits and dashes.',
    },
    licence: {
      type: 'string',
      value: 'TEXT',
      doc: 'The licence under which you use it, such as Apache-2.0.',
    },
    language: {
      type: 'string',
      value: 'en|zh',
      doc: 'The language that it reads (en); ngram reads the other one.',
    },
    output: { type: 'string', value: 'NAME', doc: 'The output that holds the logits (logits).' },
  },
  examples: ['bellwether models import ./finbert --name finbert --licence "see its model card"'],
  async run(args, io) {
    const [source, extra] = args.positionals;
    if (source === undefined || extra !== undefined)
      throw new ConfigError(
        'usage',
        'models import takes one DIR with model.onnx, config.json and tokenizer.json.',
      );
    const name = `${IMPORTED_PREFIX}${textOption(args, 'name') ?? ''}` as const;
    if (!isModelName(name))
      throw new ConfigError('usage', '--name NAME is needed: small letters, digits and dashes, at most 50.');
    const licence = (textOption(args, 'licence') ?? '').trim();
    if (licence === '')
      throw new ConfigError(
        'usage',
        '--licence TEXT is needed: no model is served whose terms nobody has named.',
      );
    const config = await configFrom(args, io, { sources: [] });
    const { version } = await importModel({
      ...modelOptions(config.models),
      // What was written here is proved, not what a host has under the same name.
      remote: null,
      name,
      source: resolve(io.cwd, source),
      language: choiceOption(args, 'language', ['en', 'zh']) ?? 'en',
      output: textOption(args, 'output') ?? 'logits',
      licence,
    });
    io.words(`${name} ${version} can serve. In the configuration: models: { sentiment: ${name} }`);
    return 0;
  },
};
