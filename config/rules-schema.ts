import { z } from 'zod';

/** Which expert rules decide over the model, and who must have agreed to them. */
export const rules = z.strictObject({
  files: z
    .array(z.string().min(1))
    .max(20)
    .default([])
    .describe('Files of expert rules (YAML); those of all files count together, in this order.'),
  approval: z
    .enum(['none', 'required'])
    .default('none')
    .describe('required: a rule counts only where approvedBy names somebody else than author.'),
});
