import { z } from 'zod';

import { ConfigError } from '../../core/errors.js';
import { FREQUENCIES } from '../../core/series.js';
import type { Diff, DiffQuery } from '../../core/store.js';
import type { Operation } from './operation.js';

const request = z.strictObject({
  series: z.string().min(1).max(80),
  frequency: z.enum(FREQUENCIES),
  from: z.int().min(0),
  to: z.int().min(0),
  limit: z.int().min(1).max(200),
  offset: z.int().min(0),
});

/** What became known between two settled times. */
export const diffOperation: Operation<DiffQuery, Diff> = {
  name: 'diff',
  parse(body) {
    const result = request.safeParse(body);
    if (result.success) return result.data;
    throw new ConfigError('usage', `A diff cannot be asked so: ${z.prettifyError(result.error)}`);
  },
  async run(query, { parts }) {
    if (query.from >= query.to) throw new ConfigError('usage', '--from must be earlier than --to.');
    const settled = parts.world === 'replay' ? Infinity : ((await parts.store.readSettledUntil()) ?? 0);
    if (query.to <= settled) return parts.store.diff(query);
    throw new ConfigError(
      'as_of_not_settled',
      `What is known at --to is settled until ${new Date(settled).toISOString()}; ask for that time or an earlier one.`,
    );
  },
};
