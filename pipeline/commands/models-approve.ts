import type { Config } from '../../config/schema.js';
import { approveCandidate } from '../app/model-life/approve.js';
import { loadServed } from '../app/model-life/approved-model.js';
import { readCandidate, readImpact } from '../app/model-life/candidate-files.js';
import { systemClock } from '../core/clock.js';
import { textOption } from './arguments.js';
import type { Command } from './command.js';
import { personOf } from './labels-options.js';
import { candidateOf, WHEN_IT_SERVES } from './models-options.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { findInstallation } from './with-installation.js';

export const modelsApproveCommand: Command = {
  name: 'models approve',
  summary:
    'Lets a compared candidate serve. Where models.approval is "required" somebody else than its trainer must do it. What "models impact" found belongs to the record; every step is kept with hashes in models/audit.jsonl of the data folder.',
  usage: 'CANDIDATE --by WHO [--despite REASON] [--data DIR]',
  options: {
    ...CONFIG_OPTIONS,
    by: { type: 'string', value: 'WHO', doc: 'Who approves.' },
    despite: { type: 'string', value: 'REASON', doc: 'Why, although the comparison speaks against it.' },
  },
  examples: ['bellwether models approve ngram-0123456789ab --by bo --data data/live'],
  async run(args, io) {
    const id = candidateOf(args, 'models approve');
    const by = personOf(args, 'by');
    const { config, dataDir } = await findInstallation(args, io);
    const fourEyes = config.models.approval === 'required';
    const despite = textOption(args, 'despite');
    const served = await servedNow(dataDir, config.models, id);
    const now = systemClock.now();
    const { name } = await approveCandidate({ dataDir, id, by, fourEyes, served, despite, now });
    if ((await readImpact(dataDir, id)) === null)
      io.words(`Nobody has looked at what it changes; "bellwether models impact ${id}" shows it.`);
    io.out(`${id} is approved by ${by}. ${WHEN_IT_SERVES}\n`);
    if (config.models.sentiment !== name)
      io.words(
        `The configuration serves ${config.models.sentiment}; it serves once models.sentiment is ${name}.`,
      );
    return 0;
  },
};

/** SHA-256 of the weights that serve where the candidate would. */
async function servedNow(dataDir: string, models: Config['models'], id: string): Promise<string> {
  const { name } = await readCandidate(dataDir, id);
  const served = await loadServed(dataDir, models, name);
  await served.close();
  return served.model.sha256;
}
