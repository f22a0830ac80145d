import { userInfo } from 'node:os';

import { ConfigError } from '../../core/errors.js';
import { holdAudit, readAudit, type AppendStep, type AuditStep } from './audit.js';
import { readApproved, type ModelReference } from './approved-model.js';
import { modelPaths, readCandidate, readComparison, readImpact, writeJson } from './candidate-files.js';

export interface ApproveOptions {
  readonly dataDir: string;
  readonly id: string;
  readonly by: string;
  readonly fourEyes: boolean;
  /** SHA-256 of the weights that would serve without this approval: it must have been compared with these. */
  readonly served: string;
  /** Why it shall serve although the comparison speaks against it; null when it does not. */
  readonly despite: string | null;
  readonly now: number;
}

/**
 * Lets a candidate serve from the next load on. Throws ConfigError: `four_eyes`, `not_compared` (or compared with other weights, or
 * with a model that does not serve any more), `candidate_worse`; nothing has changed then.
 */
export async function approveCandidate(options: ApproveOptions): Promise<ModelReference> {
  const { dataDir, id, by, fourEyes, served, despite, now } = options;
  const candidate = await readCandidate(dataDir, id);
  if (fourEyes && plain(candidate.trainedBy) === plain(by))
    throw new ConfigError(
      'four_eyes',
      `${by} trained ${id}; somebody else must approve it (models.approval: required).`,
    );
  const comparison = await readComparison(dataDir, id);
  if (comparison?.candidate !== candidate.sha256)
    throw new ConfigError('not_compared', `Compare it first: bellwether models compare ${id}`);
  const { against } = comparison;
  if (against.sha256 !== served)
    throw new ConfigError(
      'not_compared',
      `It was compared with ${against.name} ${against.version}, which does not serve any more. Compare it again: bellwether models compare ${id}`,
    );
  if (comparison.problems.length > 0 && despite === null)
    throw new ConfigError(
      'candidate_worse',
      [
        `${id} should not serve:`,
        ...comparison.problems,
        'To let it serve nevertheless give --despite REASON; it is kept in the record.',
      ].join('\n'),
    );
  const { audit, approved } = modelPaths(dataDir);
  const next: ModelReference = { id, name: candidate.name, sha256: candidate.sha256 };
  const { dataSha256, trainedBy } = candidate;
  const impact = await readImpact(dataDir, id);
  return holdAudit(audit, async (append) => {
    const { current, before } = await readApproved(dataDir);
    const details = { id, instead: current?.sha256 ?? null, trainedBy, dataSha256, despite, impact };
    await append({ ...stepBy(by, now), step: 'approved', model: next.sha256, details });
    await writeJson(approved, { current: next, before: [...before, current] });
    return next;
  });
}

/** Puts the one before back; null is the model of the package. Throws ConfigError `nothing_before`. */
export function rollBack(dataDir: string, by: string, now: number): Promise<ModelReference | null> {
  return holdAudit(modelPaths(dataDir).audit, (append) => rollBackHeld(dataDir, stepBy(by, now), append));
}

async function rollBackHeld(
  dataDir: string,
  step: ReturnType<typeof stepBy>,
  append: AppendStep,
): Promise<ModelReference | null> {
  const { current, before } = await readApproved(dataDir);
  const last = before.at(-1);
  if (last === undefined)
    throw new ConfigError('nothing_before', 'Nothing was approved here, so there is nothing to go back to.');
  // A candidate that is gone must not be made the one that serves.
  if (last !== null) await readCandidate(dataDir, last.id);
  const details = { id: last?.id ?? null, instead: current?.sha256 ?? null };
  await append({ ...step, step: 'rolled_back', model: last?.sha256 ?? null, details });
  await writeJson(modelPaths(dataDir).approved, { current: last, before: before.slice(0, -1) });
  return last;
}

export function stepBy(by: string, now: number): Pick<AuditStep, 'by' | 'account' | 'at'> {
  return { by, account: userInfo().username, at: new Date(now).toISOString() };
}

/** All steps, oldest first. */
export function historyOf(dataDir: string): Promise<readonly AuditStep[]> {
  return readAudit(modelPaths(dataDir).audit);
}

function plain(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
