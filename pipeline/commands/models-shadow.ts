import { shadowOperation, type ShadowReport } from '../app/operations/shadow.js';
import { flag, noPositionals, numberOption, textOption } from './arguments.js';
import type { Command } from './command.js';
import { changeLines } from './impact-text.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { findInstallation } from './with-installation.js';

const EXAMPLES = 10;

export const modelsShadowCommand: Command = {
  name: 'models shadow',
  summary:
    'Shows how the challenger of the configuration (models.challenger) and the model that serves read the same live documents: other labels by language, kind of source and topic, the negative share of each, and the documents they differ on most. What the challenger says changes nothing.',
  usage: '[--challenger NAME] [--days N] [--data DIR] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    challenger: {
      type: 'string',
      value: 'NAME',
      doc: 'Name, or name and version; default the one that read last.',
    },
    days: { type: 'string', value: 'N', doc: 'Read in the last N days, 1 to 30 (30).' },
    json: { type: 'boolean', doc: 'One line of JSON, with up to 200 documents.' },
  },
  examples: ['bellwether models shadow --data data/live', 'bellwether models shadow --days 7 --json'],
  async run(args, io) {
    noPositionals(args, 'models shadow');
    const json = flag(args, 'json');
    const request = {
      challenger: textOption(args, 'challenger'),
      days: numberOption(args, 'days', { min: 1, max: 30, whole: true }) ?? 30,
      examples: json ? 200 : EXAMPLES,
    };
    const installation = await findInstallation(args, io);
    const report = await runOperation(shadowOperation, request, installation, io);
    if (json) io.out(`${JSON.stringify(report)}\n`);
    else io.out(report === null ? nothing(installation.config.models.challenger) : table(report));
    return 0;
  },
};

function nothing(challenger: string | null): string {
  return challenger === null
    ? 'No challenger has read anything. Name one in the configuration, models: { challenger: encoder }, and run "bellwether sources reload".\n'
    : `${challenger} has read nothing yet. The log of the service says why when it cannot be loaded.\n`;
}

function table({ pair, slices, examples, others }: ShadowReport): string {
  const { champion, challenger, documents, from, to, confidence, differing } = pair;
  const minute = (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  const both = ({ before, after }: ShadowReport['pair']['confidence']) =>
    `${before.toFixed(3)} and ${after.toFixed(3)}`;
  return [
    `${champion} → ${challenger}: ${documents} documents read by both, ${minute(from)} to ${minute(to)}`,
    `Mean confidence ${both(confidence)}; where labels differ ${both(differing)}`,
    ...changeLines(slices),
    ...(examples.length === 0 ? [] : ['Differ most:']),
    ...examples.map(
      ({ documentId, before, after, beforeNegative, afterNegative }) =>
        `  ${documentId}  ${before} → ${after}  P(negative) ${beforeNegative.toFixed(2)} → ${afterNegative.toFixed(2)}`,
    ),
    ...others.map((other) => `Also: ${other.champion} → ${other.challenger}, ${other.documents} documents`),
    '',
  ].join('\n');
}
