import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { approveCandidate, type ApproveOptions } from '../../../../../pipeline/app/model-life/approve.js';
import { readApproved } from '../../../../../pipeline/app/model-life/approved-model.js';
import {
  candidateFolder,
  writeJson,
  type Candidate,
  type Comparison,
} from '../../../../../pipeline/app/model-life/candidate-files.js';

const ID = 'ngram-0123456789ab';
const [CANDIDATE, SERVED, OTHER] = ['ab', 'cd', 'ef'].map((byte) => byte.repeat(32)) as [
  string,
  string,
  string,
];
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bellwether-approve-'));
  const candidate: Candidate = {
    ...{ id: ID, name: 'ngram', version: '0123456789ab', sha256: CANDIDATE, dataSha256: CANDIDATE },
    ...{ trainedBy: 'ann', trainedAt: '2026-03-02T00:00:00Z', seed: 1, release: '1.0.0' },
    labels: { texts: 1, sha256: CANDIDATE, agreement: 1, newestAt: '2026-03-01T00:00:00Z' },
  };
  await writeJson(join(candidateFolder(dataDir, ID), 'candidate.json'), candidate);
});
afterEach(() => rm(dataDir, { recursive: true }));

const compared = (changes: Partial<Comparison> = {}) => {
  const comparison: Comparison = {
    candidate: CANDIDATE,
    against: { name: 'ngram', version: '1', sha256: SERVED },
    at: '2026-03-02T00:00:00Z',
    sets: { fpb: { rows: 400, served: 0.7, candidate: 0.8 } },
    ece: null,
    regression: { texts: 1, newlyRight: 0, newlyWrong: [] },
    problems: [],
    ...changes,
  };
  return writeJson(join(candidateFolder(dataDir, ID), 'comparison.json'), comparison);
};
const approve = (changes: Partial<ApproveOptions> = {}) =>
  approveCandidate({
    ...{ dataDir, id: ID, by: 'bo', fourEyes: true, despite: null, now: 0, served: SERVED },
    ...changes,
  });

describe('approval', () => {
  it('lets a candidate serve that was compared with what serves', async () => {
    await compared();
    expect(await approve()).toMatchObject({ id: ID, sha256: CANDIDATE });
    expect((await readApproved(dataDir)).current?.sha256).toBe(CANDIDATE);
  });

  it('refuses a comparison with another model than the one that serves by now, whatever the reason', async () => {
    await compared({ against: { name: 'ngram', version: '1', sha256: OTHER } });
    await expect(approve({ despite: 'a test' })).rejects.toThrow(
      `It was compared with ngram 1, which does not serve any more. Compare it again: bellwether models compare ${ID}`,
    );
    expect((await readApproved(dataDir)).current).toBeNull();
  });

  it('refuses what speaks against it, unless somebody says why', async () => {
    await compared({ sets: {}, problems: ['No dev set was compared: …'] });
    await expect(approve()).rejects.toThrow('No dev set was compared');
    expect(await approve({ despite: 'the sets are elsewhere' })).toMatchObject({ id: ID });
  });
});
