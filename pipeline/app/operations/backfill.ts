import { z } from 'zod';

import { ConfigError } from '../../core/errors.js';
import { backfillFiles, type BackfillRequest, type BackfillResult } from '../backfill.js';
import type { Operation } from './operation.js';

const request = z.strictObject({ files: z.array(z.string()).min(1).readonly() });

export const backfillOperation: Operation<BackfillRequest, BackfillResult> = {
  name: 'backfill',
  parse(body) {
    const result = request.safeParse(body);
    if (result.success) return result.data;
    throw new ConfigError('usage', 'A backfill needs {"files": […]}.');
  },
  run: backfillFiles,
};
