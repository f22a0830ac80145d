import { z } from 'zod';

import { ConfigError } from '../../core/errors.js';
import { measureDrift, type DriftReport } from '../model-life/drift.js';
import type { Operation } from './operation.js';

const DAY_MS = 86_400_000;
const request = z.strictObject({
  /** Any time of the day, milliseconds; null for the last whole day, in a replay world the day of the newest document. */
  day: z.int().min(0).nullable(),
});
export type DriftRequest = z.infer<typeof request>;

/** Whether a day differs from the first days of the model that serves. */
export const driftOperation: Operation<DriftRequest, DriftReport> = {
  name: 'models-drift',
  parse(body) {
    const result = request.safeParse(body);
    if (result.success) return result.data;
    throw new ConfigError('usage', `Drift cannot be asked for so: ${z.prettifyError(result.error)}`);
  },
  async run({ day }, { parts: { store, understanding, world }, clock }) {
    const last = world === 'replay' ? (await store.extent())?.to : clock.now() - DAY_MS;
    const midnight = Math.floor((day ?? last ?? 0) / DAY_MS) * DAY_MS;
    return measureDrift(store, understanding.classifier.model, midnight);
  },
};
