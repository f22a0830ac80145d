import { isAbsolute } from 'node:path';

import { z } from 'zod';

import { ConfigError } from '../../core/errors.js';
import { makeBackup, type BackupRequest, type BackupResult } from '../backup/make-backup.js';
import type { Operation } from './operation.js';

const request = z.strictObject({ target: z.string().min(1).refine(isAbsolute) });

/** A copy of the installation as of one moment, while it goes on. */
export const backupOperation: Operation<BackupRequest, BackupResult> = {
  name: 'backup',
  parse(body) {
    const result = request.safeParse(body);
    if (result.success) return result.data;
    throw new ConfigError('usage', 'A backup needs {"target": an absolute path}.');
  },
  run: makeBackup,
};
