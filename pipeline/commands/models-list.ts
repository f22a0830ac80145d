import { listModels, type ListedModel } from '../../models/list-models.js';
import { modelOptions } from '../app/understanding.js';
import { flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';
import { textTable } from './text-table.js';

/** Enough to tell versions apart; all of it is in the JSON. */
const SHOWN_DIGITS = 12;
const MOST_LICENCE = 40;

export const modelsListCommand: Command = {
  name: 'models list',
  summary:
    'Shows the models that there are, whether they may be shipped (licence), what they read, which one the configuration serves, and why one cannot serve.',
  usage: '[--json]',
  options: {
    config: CONFIG_OPTIONS.config,
    json: { type: 'boolean', doc: 'One line of JSON for each model.' },
  },
  examples: ['bellwether models list'],
  async run(args, io) {
    noPositionals(args, 'models list');
    const config = await configFrom(args, io, { sources: [] });
    const models = await listModels(modelOptions(config.models));
    const served = ({ name }: { readonly name: string }) => name === config.models.sentiment;
    if (flag(args, 'json')) {
      for (const model of models) io.out(`${JSON.stringify({ ...model, served: served(model) })}\n`);
      return 0;
    }
    const rows = models.map((listed) => [
      listed.name,
      listed.model?.version ?? '–',
      listed.terms?.licence.slice(0, MOST_LICENCE) ?? '–',
      listed.terms?.languages.join(' ') ?? '–',
      listed.model?.sha256.slice(0, SHOWN_DIGITS) ?? '–',
      listed.problem ?? `${served(listed) ? 'serves' : 'can serve'}${deviceWords(listed)}`,
    ]);
    io.out(textTable(['NAME', 'VERSION', 'LICENCE', 'LANGUAGES', 'SHA-256', 'STATE'], rows));
    return 0;
  },
};

function deviceWords({ device }: ListedModel): string {
  if (device === null) return '';
  return ` on ${device.used}${device.reason === null ? '' : `, ${device.wanted} is wanted: ${device.reason}`}`;
}
