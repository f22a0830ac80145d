import { z } from 'zod';

import { ConfigError } from '../../core/errors.js';
import { FREQUENCIES } from '../../core/series.js';
import type { Diff, DiffQuery } from '../../core/store.js';
import type { Operation } from './operation.js';

const request = z.strictObject({
  series: z.string().min(1).max(80),
  frequency: z.enum(FREQUENCIES),
  from: z.int().min(0),
  to: z.int().min(0).nullable(),
  limit: z.int().min(1).max(200),
  offset: z.int().min(0),
});

/** `to` null: the newest time of which an answer never changes. */
export type DiffRequest = Omit<DiffQuery, 'to'> & { readonly to: number | null };

/** The times that were compared, in milliseconds, and what became known between them. */
export type DiffAnswer = Diff & Pick<DiffQuery, 'from' | 'to'>;

/** What became known between two settled times. */
export const diffOperation: Operation<DiffRequest, DiffAnswer> = {
  name: 'diff',
  parse(body) {
    const result = request.safeParse(body);
    if (result.success) return result.data;
    throw new ConfigError('usage', `A diff cannot be asked so: ${z.prettifyError(result.error)}`);
  },
  async run(query, { parts, clock }) {
    const settled = parts.world === 'replay' ? clock.now() : ((await parts.store.readSettledUntil()) ?? 0);
    const { from, to } = { ...query, to: query.to ?? settled };
    if (from >= to) throw new ConfigError('usage', refusal(query, settled));
    if (to <= settled || parts.world === 'replay')
      return { from, to, ...(await parts.store.diff({ ...query, to })) };
    throw new ConfigError(
      'as_of_not_settled',
      `What is known at --to is settled until ${new Date(settled).toISOString()}; ask for that time or an earlier one.`,
    );
  },
};

function refusal({ to }: DiffRequest, settled: number): string {
  if (to !== null) return '--from must be earlier than --to.';
  return `--from must be earlier than ${new Date(settled).toISOString()}, until which everything is settled.`;
}
