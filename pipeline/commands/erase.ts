import { eraseOperation, type EraseRequest, type EraseResult } from '../app/operations/erase.js';
import { ConfigError } from '../core/errors.js';
import { flag, noPositionals, textOption } from './arguments.js';
import type { Command, CommandArguments } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { findInstallation } from './with-installation.js';

export const eraseCommand: Command = {
  name: 'erase',
  summary:
    'Removes a person, or a whole source, from log, store, dead letters, alerts and mails, for good; a replay does not bring them back. Continues where it was interrupted.',
  usage:
    '--author ID [--source ID] | --pseudonym P [--source ID] | --source ID  (--yes [--force] | --dry-run | --allow-again) [--data DIR] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    author: { type: 'string', value: 'ID', doc: 'The person, as the source names them.' },
    pseudonym: { type: 'string', value: 'P', doc: 'The person, as we name them (u_…).' },
    source: { type: 'string', value: 'ID', doc: 'Only within this source; alone: the whole source.' },
    'dry-run': { type: 'boolean', doc: 'Says what would go and changes nothing.' },
    'allow-again': { type: 'boolean', doc: 'Lets new documents in again; what is gone stays gone.' },
    yes: { type: 'boolean', doc: 'It is meant: nothing of it can be brought back.' },
    force: {
      type: 'boolean',
      doc: 'With --yes: also whom nothing is known of, so that nothing of theirs is ever kept. Else nothing is done then, exit code 1.',
    },
    json: { type: 'boolean', doc: 'One line of JSON.' },
  },
  examples: [
    'bellwether erase --author "@someone" --source twitter --dry-run --config config/live.yaml --data data/live',
    'bellwether erase --source dow-jones --yes --data data/live',
  ],
  async run(args, io) {
    noPositionals(args, 'erase');
    const request = requestOf(args);
    const installation = await findInstallation(args, io);
    const isConfigured = installation.config.sources.some(({ id }) => id === request.source);
    // A stopped installation is opened without its sources; one that the configuration names is no slip of the pen.
    const force = flag(args, 'force') || (isSourceAlone(request) && isConfigured);
    const result = await runOperation(eraseOperation, { ...request, force }, installation, io);
    io.out(flag(args, 'json') ? `${JSON.stringify(result)}\n` : table(result));
    for (const sentence of limitsOf(result)) io.words(sentence);
    if (result.counts?.bytesGone === false)
      io.words(
        'The old bytes are still on the disk of the server; it deletes them within about ten minutes.',
      );
    if (result.mode === 'erase' && result.done && result.kafkaDays !== null)
      io.words(`Kafka keeps the messages until its retention is over: ${result.kafkaDays} days.`);
    return result.done ? 0 : 1;
  },
};

function requestOf(args: CommandArguments): EraseRequest {
  const [author, pseudonym, source] = ['author', 'pseudonym', 'source'].map((name) => textOption(args, name));
  if (author == null && pseudonym == null && source == null) {
    throw new ConfigError(
      'usage',
      'Say whom: --author ID, --pseudonym P, or --source ID alone for a whole source.',
    );
  }
  if (author != null && pseudonym != null)
    throw new ConfigError('usage', 'Give --author or --pseudonym, not both.');
  const [dryRun, again, yes] = ['dry-run', 'allow-again', 'yes'].map((name) => flag(args, name));
  if ([dryRun, again, yes].filter((given) => given === true).length !== 1) {
    throw new ConfigError(
      'usage',
      'Erasing cannot be undone. Say --yes when it is meant, or --dry-run to see what would go, or --allow-again.',
    );
  }
  if (flag(args, 'force') && yes !== true)
    throw new ConfigError('usage', '--force goes with --yes; the others change nothing that it could force.');
  const mode = dryRun === true ? 'dry-run' : again === true ? 'allow-again' : 'erase';
  return { author: author ?? null, pseudonym: pseudonym ?? null, source: source ?? null, mode };
}

const isSourceAlone = ({ author, pseudonym }: EraseRequest) => author === null && pseudonym === null;

const FORCE = '--force erases nevertheless, so that nothing of it is ever kept.';

function limitsOf(result: EraseResult): readonly string[] {
  const { mode, targets, unknown, done } = result;
  if (mode === 'allow-again') return [];
  const [target] = targets;
  const ofSource =
    unknown && target?.kind === 'source'
      ? [
          `Nothing of a source ${target.source} is stored, and no source of that name is configured or was erased before. Is it written as the documents have it?`,
        ]
      : [];
  return [...ofSource, ...personLimitsOf(result), ...(done ? [] : [FORCE])];
}

/** What an erasure of a person cannot reach, so that nobody takes silence for completeness. */
function personLimitsOf({ targets, counts, missingKeys }: EraseResult): readonly string[] {
  if (counts === null || !targets.some(({ kind }) => kind === 'author')) return [];
  const { documents, unattributed } = counts;
  return [
    ...(missingKeys === 0
      ? []
      : [
          `Authors were named with ${missingKeys === 1 ? 'a key' : `${missingKeys} keys`} that this configuration does not hold, and what this person wrote then was not looked for. Name the earlier privacy.authorKey in privacy.formerAuthorKeys and say it again.`,
        ]),
    ...(documents === 0
      ? [
          'No document of this person was found. If there should be some: is privacy.authorKey the one that the service had when they came?',
        ]
      : []),
    ...(unattributed === 0
      ? []
      : [
          `${unattributed} ${unattributed === 1 ? 'document of this scope carries' : 'documents of this scope carry'} no author, because the source gave none or no privacy.authorKey was set when they came. They stay, whoever wrote them.`,
        ]),
  ];
}

const ROWS = [
  ['documents', 'documents'],
  ['versions', 'versions of them'],
  ['mentions', 'mentions'],
  ['scores', 'further scores'],
  ['labels', 'labels'],
  ['deadLetters', 'dead letters'],
  ['alertEvents', 'alert events that quote them'],
  ['mails', 'mails written again'],
  ['logRecords', 'records of the log'],
] as const;

function table({ mode, targets, counts, allowed, done }: EraseResult): string {
  const whom = targets.map((target) =>
    target.kind === 'source' ? `source ${target.source}` : `${target.pseudonym} in ${target.source}`,
  );
  const lines = ROWS.flatMap(([key, words]) => {
    const value = counts?.[key];
    return typeof value === 'number' ? [`${words.padEnd(30)}${String(value).padStart(10)}`] : [];
  });
  const last = {
    erase: done ? 'Erased for good.' : 'Nothing was done.',
    'dry-run': 'Nothing was changed.',
    'allow-again': `${allowed} may come again.`,
  }[mode];
  return `${[...whom, ...lines, last].join('\n')}\n`;
}
