import { mkdtemp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { LabelledRow } from '../../../models/evaluation/read-labelled-rows.js';
import { measureAgreement, settleLabels } from '../../../models/labelling/settle-labels.js';
import { trainNgram, type TrainOptions, type TrainReport } from '../../../models/training/train-ngram.js';
import type { Clock } from '../../core/clock.js';
import { ConfigError } from '../../core/errors.js';
import { isSentiment, type Label } from '../../core/label.js';
import { DRAFT_PREFIX } from '../data-folder.js';
import type { ListLabelsResult } from '../operations/labels.js';
import { version } from '../version.js';
import { stepBy } from './approve.js';
import { appendAudit } from './audit.js';
import {
  candidateFolder,
  listCandidates,
  modelPaths,
  sha256Of,
  writeJson,
  type Candidate,
} from './candidate-files.js';

export interface CandidateOptions extends Omit<TrainOptions, 'outputDirectory' | 'labelled' | 'clock'> {
  readonly dataDir: string;
  /** What people said, with the texts that are settled. */
  readonly said: ListLabelsResult;
  readonly by: string;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
}

/**
 * Trains with what people of the installation labelled and writes a candidate beside what serves, never over it.
 *
 * Only labels of whole texts that are settled train. Throws ConfigError `labels_disagree` while the gate of agreement is shut
 * and `labels_missing` without any. The same labels, sets and seed give the same candidate.
 */
export async function trainCandidate(
  options: CandidateOptions,
): Promise<{ readonly candidate: Candidate; readonly report: TrainReport }> {
  const { dataDir, said, by, clock, ...training } = options;
  const agreement = measureAgreement(said.labels);
  if (agreement.problem !== null || agreement.figure === null)
    throw new ConfigError('labels_disagree', agreement.problem ?? 'Agreement is not known.');
  const { rows, labels } = labelledRows(said);
  if (rows.length === 0)
    throw new ConfigError('labels_missing', 'No text that is still stored has a settled label.');
  const { candidates, audit } = modelPaths(dataDir);
  await mkdir(candidates, { recursive: true, mode: 0o700 });
  const draft = await mkdtemp(join(candidates, DRAFT_PREFIX));
  try {
    const report = await trainNgram({ ...training, clock, labelled: rows, outputDirectory: draft });
    const modelVersion = report.sha256.slice(0, 12);
    const candidate: Candidate = {
      id: `${report.name}-${modelVersion}`,
      name: report.name,
      version: modelVersion,
      sha256: report.sha256,
      trainedBy: by,
      trainedAt: new Date(clock.now()).toISOString(),
      seed: options.seed,
      release: version(),
      dataSha256: report.dataSha256,
      labels: {
        texts: rows.length,
        sha256: sha256Of(JSON.stringify(labels)),
        agreement: agreement.figure,
        newestAt: new Date(Math.max(...labels.map(({ at }) => at))).toISOString(),
      },
    };
    await writeJson(join(draft, 'candidate.json'), candidate);
    if ((await listCandidates(dataDir)).includes(candidate.id))
      throw new ConfigError(
        'candidate_there',
        `${candidate.id} is there already: nothing it learnt from has changed.`,
      );
    await rename(draft, candidateFolder(dataDir, candidate.id));
    const details = { id: candidate.id, dataSha256: candidate.dataSha256, labels: candidate.labels };
    await appendAudit(audit, {
      ...stepBy(by, clock.now()),
      step: 'trained',
      model: candidate.sha256,
      details,
    });
    return { candidate, report };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Settled labels of whole texts, with those texts; in the order of their ids, so that an equal state trains equal weights. */
function labelledRows({ labels, tasks }: ListLabelsResult): {
  readonly rows: readonly LabelledRow[];
  readonly labels: readonly Label[];
} {
  const texts = new Map(tasks.map((task) => [`${task.documentId} ${task.version}`, task]));
  const pairs = settleLabels(labels)
    .flatMap((label) => {
      const task = texts.get(`${label.documentId} ${label.version}`);
      const { value } = label;
      if (task === undefined || label.instrument !== '' || !isSentiment(value)) return [];
      return [{ label, row: toRow(task.text, task.language, value) }];
    })
    .sort((a, b) => (a.label.documentId < b.label.documentId ? -1 : 1));
  return { rows: pairs.map(({ row }) => row), labels: pairs.map(({ label }) => label) };
}

function toRow(text: string, language: string, sentiment: LabelledRow['sentiment']): LabelledRow {
  return {
    text,
    lang: language.startsWith('zh') ? 'zh' : 'en',
    source: 'labels',
    sentiment,
    score: null,
    topics: [],
    entities: [],
    certainty: null,
    group: null,
  };
}
