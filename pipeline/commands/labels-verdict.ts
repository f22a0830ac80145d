import { GUIDELINE_VERSION } from '../../models/labelling/guideline.js';
import { addLabelsOperation } from '../app/operations/labels.js';
import { ConfigError } from '../core/errors.js';
import { LABEL_VALUES } from '../core/label.js';
import { choiceOption, noPositionals, textOption } from './arguments.js';
import type { Command } from './command.js';
import { PERSON_OPTION, personOf } from './labels-options.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { findInstallation } from './with-installation.js';

export const labelsVerdictCommand: Command = {
  name: 'labels verdict',
  summary:
    'Keeps what the reader of an alert says about a document in it. A verdict against the model puts the document at the head of the labelling queue; it trains like any label, when people agree.',
  usage: '--document ID --verdict V --as WHO [--company INSTRUMENT] [--data DIR]',
  options: {
    ...CONFIG_OPTIONS,
    ...PERSON_OPTION,
    document: { type: 'string', value: 'ID', doc: 'As mail, page and API show it: 32 hex digits.' },
    verdict: {
      type: 'string',
      value: LABEL_VALUES.join('|'),
      doc: 'What the text is, for the company or as a whole.',
    },
    company: {
      type: 'string',
      value: 'INSTRUMENT',
      doc: 'For which company, such as BA.XNYS; default the whole text.',
    },
  },
  examples: ['bellwether labels verdict --document 0f3a…e1 --verdict neutral --as ann --data data/live'],
  async run(args, io) {
    noPositionals(args, 'labels verdict');
    const documentId = textOption(args, 'document');
    const value = choiceOption(args, 'verdict', LABEL_VALUES);
    if (documentId === null || value === null)
      throw new ConfigError('usage', 'labels verdict needs --document ID and --verdict V.');
    if (!/^[0-9a-f]{32}$/.test(documentId))
      throw new ConfigError(
        'usage',
        `--document takes the whole ID of a document, 32 hex digits in small letters, not "${documentId.slice(0, 40)}". The mail of the alert and the address of the document on the page have it.`,
      );
    const label = addLabelsOperation.parse({
      labels: [
        {
          documentId,
          version: null,
          instrument: textOption(args, 'company') ?? '',
          value,
          origin: 'verdict',
          author: personOf(args, 'as'),
          guideline: GUIDELINE_VERSION,
          at: null,
        },
      ],
    });
    const { stored } = await runOperation(addLabelsOperation, label, await findInstallation(args, io), io);
    io.out(stored === 1 ? 'Kept.\n' : `Document ${documentId} is not stored.\n`);
    return stored === 1 ? 0 : 1;
  },
};
