import { z } from 'zod';

const ENVIRONMENT_REFERENCE = /^\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}$/;

/** Where a secret is found: `${env:NAME}` or `{file: path}`. It never stands in the file itself. */
export const secretReferenceSchema = z
  .union([z.string().regex(ENVIRONMENT_REFERENCE), z.strictObject({ file: z.string().min(1) })])
  .meta({ secret: true });
export type SecretReference = z.output<typeof secretReferenceSchema>;

/** The variable that a reference names, or null when it names a file. */
export function referencedVariable(reference: unknown): string | null {
  return typeof reference === 'string' ? (ENVIRONMENT_REFERENCE.exec(reference)?.[1] ?? null) : null;
}
