import { QUEUE_ORDERS } from '../../models/labelling/rank-candidates.js';
import type { QueueRequest } from '../app/labelling/label-queue.js';
import { ConfigError } from '../core/errors.js';
import { choiceOption, numberOption, textOption } from './arguments.js';
import type { CommandArguments, CommandOption } from './command.js';

/** What commands that make a queue take. */
export const QUEUE_OPTIONS = {
  size: { type: 'string', value: 'N', doc: 'How many texts; default 20.' },
  language: { type: 'string', value: 'en|zh', doc: 'Only texts of this language.' },
  by: {
    type: 'string',
    value: 'value|uncertainty|random',
    doc: 'Order; default value: verdicts against the model, alerts, doubt. A fifth is drawn by lot.',
  },
  days: { type: 'string', value: 'N', doc: 'How far back; default 30.' },
  seed: { type: 'string', value: 'N', doc: 'Of what is drawn by lot; default 1.' },
} as const satisfies Record<string, CommandOption>;

export function queueRequestOf(args: CommandArguments): Omit<QueueRequest, 'labeller' | 'onlySeconds'> {
  return {
    size: numberOption(args, 'size', { min: 1, max: 500, whole: true }) ?? 20,
    language: choiceOption(args, 'language', ['en', 'zh']),
    by: choiceOption(args, 'by', QUEUE_ORDERS) ?? 'value',
    days: numberOption(args, 'days', { min: 1, max: 3_650, whole: true }) ?? 30,
    seed: numberOption(args, 'seed', { min: 0, max: 4_294_967_295, whole: true }) ?? 1,
  };
}

export const PERSON_OPTION = {
  as: { type: 'string', value: 'WHO', doc: 'Who labels, as the desk names its people.' },
} as const satisfies Record<string, CommandOption>;

/** The same where somebody does something else than label. */
export function personOption(doc: string): { readonly as: CommandOption & { readonly type: 'string' } } {
  return { as: { ...PERSON_OPTION.as, doc } };
}

/** Who says it; nothing is kept without a name. */
export function personOf(args: CommandArguments, option: 'as' | 'by'): string {
  const who = textOption(args, option)?.trim() ?? '';
  if (who !== '' && who.length <= 100) return who;
  throw new ConfigError('usage', `Say who you are: --${option} NAME, at most 100 characters.`);
}
