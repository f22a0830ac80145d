import { join } from 'node:path';

import { loadClassifier } from '../../models/load-classifier.js';
import { isModelName } from '../../models/model-names.js';
import { effectiveRules } from '../app/effective-rules.js';
import { loadRules, withRules } from '../app/expert-rules.js';
import { servedModels } from '../app/model-life/approved-model.js';
import { candidateFolder, writeJson, type SeenImpact } from '../app/model-life/candidate-files.js';
import {
  impactHistoryFrom,
  measureImpact,
  type ImpactPeriod,
  type ImpactSheet,
} from '../app/model-life/impact.js';
import { namedModels } from '../app/model-life/named-model.js';
import { countedDocumentsOperation, extentOperation } from '../app/operations/impact.js';
import { createUnderstanding, modelOptions } from '../app/understanding.js';
import { systemClock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import type { CountedDocument, CountedPage, CountedPlace } from '../storage/queries/counted-documents.js';
import { flag } from './arguments.js';
import type { Command, CommandArguments, CommandIo } from './command.js';
import { candidateOf } from './models-options.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { withOperations, type AskOperation } from './run-operation.js';
import { impactText } from './impact-text.js';
import { timeOption } from './time-option.js';
import { findInstallation, type Installation } from './with-installation.js';

const DAYS = 30;
const DAY_MS = 86_400_000;
const PAGE = 500;
/** At 5 kB each this is a gigabyte. */
const MOST_DOCUMENTS = 200_000;

export const modelsImpactCommand: Command = {
  name: 'models impact',
  summary:
    'Plays the stored documents of a period again, through the model that serves and another one, and says which alerts would be gained, lost or moved, where series would jump, and whose labels change. Runs beside the service, which only reads for it.',
  usage: 'CANDIDATE|MODEL [--from TIME] [--to TIME] [--data DIR] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    from: { type: 'string', value: 'TIME', doc: `Published at this time or later; default ${DAYS} days.` },
    to: {
      type: 'string',
      value: 'TIME',
      doc: 'Published before this time; default behind the last document.',
    },
    json: { type: 'boolean', doc: 'One line of JSON.' },
  },
  examples: [
    'bellwether models impact ngram-0123456789ab --data data/live',
    'bellwether models impact encoder --from 2026-01-01 --to 2026-02-01 --json',
  ],
  async run(args, io) {
    const name = candidateOf(args, 'models impact');
    const installation = await findInstallation(args, io);
    const { config, dataDir } = installation;
    // Before the service is asked for anything: a wrong name is told at once.
    const models = await namedModels(dataDir, config.models, name);
    const sheet = await withOperations(installation, io, async (ask) =>
      playAgain({ ask, installation, models, period: await periodOf(args, ask), io }),
    );
    if (!isModelName(name)) await noteSeen(dataDir, name, sheet);
    io.out(flag(args, 'json') ? `${JSON.stringify(sheet)}\n` : impactText(sheet));
    return 0;
  },
};

async function periodOf(args: CommandArguments, ask: AskOperation): Promise<ImpactPeriod> {
  const extent = await ask(extentOperation, {});
  if (extent === null) throw new ConfigError('nothing_stored', 'No document is stored here yet.');
  const to = timeOption(args, 'to') ?? extent.to + 1;
  const from = timeOption(args, 'from') ?? to - DAYS * DAY_MS;
  if (from >= to) throw new ConfigError('usage', '--from must be earlier than --to.');
  return { from: Math.max(0, from), to };
}

interface Playing {
  readonly ask: AskOperation;
  readonly installation: Installation;
  readonly models: Installation['config']['models'];
  readonly period: ImpactPeriod;
  readonly io: CommandIo;
}

async function playAgain({ ask, installation, models, period, io }: Playing): Promise<ImpactSheet> {
  const { config, dataDir, world } = installation;
  const understanding = await createUnderstanding({
    world,
    models: await servedModels(dataDir, config.models),
    rules: (await loadRules(config.models.rules)).inForce,
    languages: config.languages,
    instrumentFiles: config.instruments.files,
  });
  try {
    const candidate = withRules(await loadClassifier(modelOptions(models)), understanding.rules);
    try {
      const rules = effectiveRules(config.alerts.rules);
      let said = systemClock.monotonic();
      return await measureImpact({
        pages: pagesOf(ask, { ...period, from: impactHistoryFrom(rules, period) }, io.signal),
        period,
        served: understanding.classifier,
        candidate,
        understanding,
        rules,
        onProgress: (documents) => {
          if (systemClock.monotonic() - said < 5_000) return;
          said = systemClock.monotonic();
          io.words(`${documents} documents read`);
        },
      });
    } finally {
      await candidate.close();
    }
  } finally {
    await understanding.close();
  }
}

async function* pagesOf(
  ask: AskOperation,
  range: ImpactPeriod,
  signal: AbortSignal,
): AsyncGenerator<readonly CountedDocument[]> {
  let after: CountedPlace | null = null;
  let read = 0;
  do {
    signal.throwIfAborted();
    const page: CountedPage = await ask(countedDocumentsOperation, { ...range, after, limit: PAGE });
    after = page.next;
    read += page.documents.length;
    if (read > MOST_DOCUMENTS)
      throw new ConfigError(
        'too_many_documents',
        `More than ${MOST_DOCUMENTS} documents lie in the period and the history before it, which is more than is played in memory. Take a shorter period with --from and --to.`,
      );
    yield page.documents;
  } while (after !== null);
}

/** Beside the candidate, without texts: `models approve` says whether somebody looked. */
async function noteSeen(dataDir: string, id: string, sheet: ImpactSheet): Promise<void> {
  const { from, to, documents, alerts, slices } = sheet;
  const seen: SeenImpact = {
    candidate: sheet.candidate.sha256,
    against: sheet.served.sha256,
    at: new Date(systemClock.now()).toISOString(),
    from,
    to,
    documents,
    alerts: {
      gained: alerts.gained.length,
      lost: alerts.lost.length,
      moved: alerts.moved.length,
      same: alerts.same,
    },
    changed: slices[0]?.changed.value ?? 0,
  };
  await writeJson(join(candidateFolder(dataDir, id), 'impact.json'), seen);
}
