import { z } from 'zod';

import { isModelName, type ModelName } from '../../../models/model-names.js';
import { ConfigError } from '../../core/errors.js';
import { rescoreDocuments, type RescoreRequest, type RescoreResult } from '../rescore.js';
import type { Operation } from './operation.js';

const modelName = z.custom<ModelName>((value) => typeof value === 'string' && isModelName(value));
const time = z.int().min(0).nullable();
const request = z.strictObject({ model: modelName.nullable(), from: time, to: time });

export const rescoreOperation: Operation<RescoreRequest, RescoreResult> = {
  name: 'rescore',
  parse(body) {
    const result = request.safeParse(body);
    if (result.success) return result.data;
    throw new ConfigError('usage', 'A re-score needs {"model": …, "from": …, "to": …}; each may be null.');
  },
  run: rescoreDocuments,
};
