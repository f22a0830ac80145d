import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compareModels } from '../../models/training/compare-models.js';
import { servedModels } from '../app/model-life/approved-model.js';
import { stepBy } from '../app/model-life/approve.js';
import { appendAudit } from '../app/model-life/audit.js';
import {
  candidateFolder,
  modelPaths,
  readCandidate,
  writeJson,
  type Comparison,
} from '../app/model-life/candidate-files.js';
import { candidateModels, withModelNamed } from '../app/model-life/named-model.js';
import { packageRoot } from '../app/package-root.js';
import { modelOptions } from '../app/understanding.js';
import { systemClock } from '../core/clock.js';
import { flag, textOption } from './arguments.js';
import type { Command } from './command.js';
import { withJudged } from './evaluation-model.js';
import { personOf, personOption } from './labels-options.js';
import { candidateOf } from './models-options.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { textTable } from './text-table.js';
import { findInstallation } from './with-installation.js';

export const modelsCompareCommand: Command = {
  name: 'models compare',
  summary:
    'Runs a candidate and the model that serves over the dev sets and a list of sentences that no change may break, and says what speaks against the candidate.',
  usage: 'CANDIDATE --as WHO [--data-directory DIR] [--data DIR] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    ...personOption('Who compares; the audit of the models keeps the name.'),
    'data-directory': {
      type: 'string',
      value: 'DIR',
      doc: 'Holds labelled/NAME/dev.jsonl; default ../shared/data. Without any the candidate counts as worse.',
    },
    json: { type: 'boolean', doc: 'One line of JSON.' },
  },
  examples: ['bellwether models compare ngram-0123456789ab --as ann --data data/live'],
  async run(args, io) {
    const id = candidateOf(args, 'models compare');
    const by = personOf(args, 'as');
    const { config, dataDir } = await findInstallation(args, io);
    const candidate = await readCandidate(dataDir, id);
    const models = withModelNamed(config.models, candidate.name);
    const served = modelOptions(await servedModels(dataDir, models));
    const next = modelOptions(candidateModels(dataDir, models, candidate));
    const { compared, before, after } = await withJudged(served, (old) =>
      withJudged(next, async (other) => ({
        compared: await compareModels(old, other, {
          dataDirectory: resolve(io.cwd, textOption(args, 'data-directory') ?? '../shared/data'),
          regressionFile: fileURLToPath(new URL('models/training/regression-texts.jsonl', packageRoot())),
          clock: systemClock,
        }),
        before: old.model,
        after: other.model,
      })),
    );
    const now = systemClock.now();
    const comparison: Comparison = {
      ...compared,
      regression: { ...compared.regression, newlyWrong: [...compared.regression.newlyWrong] },
      problems: [...compared.problems],
      candidate: after.sha256,
      against: before,
      at: new Date(now).toISOString(),
    };
    await writeJson(join(candidateFolder(dataDir, id), 'comparison.json'), comparison);
    const details = { id, against: before.sha256, problems: comparison.problems };
    await appendAudit(modelPaths(dataDir).audit, {
      ...stepBy(by, now),
      step: 'compared',
      model: after.sha256,
      details,
    });
    io.out(flag(args, 'json') ? `${JSON.stringify(comparison)}\n` : table(comparison));
    return comparison.problems.length === 0 ? 0 : 1;
  },
};

function table({ sets, ece, regression, problems }: Comparison): string {
  const rows = Object.entries(sets).map(([set, { rows: n, served, candidate }]) => [
    set,
    `${n}`,
    served.toFixed(3),
    candidate.toFixed(3),
    (candidate - served).toFixed(3),
  ]);
  return [
    ...(rows.length === 0
      ? []
      : [textTable(['SET', 'ROWS', 'SERVED', 'CANDIDATE', 'CHANGE'], rows).trimEnd()]),
    ...(ece === null ? [] : [`ECE, English: ${ece.served.toFixed(3)} → ${ece.candidate.toFixed(3)}`]),
    `Regression list: ${regression.newlyRight} of ${regression.texts} newly right, ${regression.newlyWrong.length} newly wrong`,
    ...regression.newlyWrong.map((text) => `  ${text}`),
    ...(problems.length === 0 ? ['Nothing speaks against it.'] : problems),
    '',
  ].join('\n');
}
