import { z } from 'zod';

/** The schema under defaults, null and optional wrappers. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional
  )
    return unwrap(schema.def.innerType);
  return schema;
}

export function isNullable(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodNullable) return true;
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return isNullable(schema.def.innerType);
  return false;
}

export function isSecret(schema: z.core.$ZodType): boolean {
  return z.globalRegistry.get(unwrap(schema))?.['secret'] === true;
}

export function describeSchema(schema: z.core.$ZodType): string {
  return z.globalRegistry.get(schema)?.description ?? '';
}

/** The options of a section or of a source entry (chosen by the `type` in the value); null for anything else. */
export function shapeOf(
  schema: z.core.$ZodType,
  value: unknown,
): Readonly<Record<string, z.core.$ZodType>> | null {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return inner.shape;
  if (!(inner instanceof z.ZodDiscriminatedUnion)) return null;
  const type = isRecord(value) ? value['type'] : undefined;
  for (const option of inner.def.options) {
    const shape = shapeOf(option, value);
    if (shape?.['type'] !== undefined && z.safeParse(shape['type'], type).success) return shape;
  }
  return null;
}

/** The schema of an option, given the values in which its path was found; null when there is none. */
export function schemaAt(
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
  value: unknown,
): z.core.$ZodType | null {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const inner = unwrap(schema);
  const child = childOf(value, key);
  if (inner instanceof z.ZodArray) return schemaAt(inner.def.element, rest, child);
  const next = shapeOf(schema, value)?.[String(key)];
  return next === undefined ? null : schemaAt(next, rest, child);
}

/** What may stand there, in words: `a whole number from 0 to 65535, or null`. */
export function typeWords(schema: z.core.$ZodType): string {
  return plainTypeWords(schema) + (isNullable(schema) ? ', or null' : '');
}

function plainTypeWords(schema: z.core.$ZodType): string {
  const inner = unwrap(schema);
  if (isSecret(inner)) return '${env:NAME} or {file: PATH}';
  const choices = z.globalRegistry.get(inner)?.['choices'] ?? z.globalRegistry.get(schema)?.['choices'];
  if (Array.isArray(choices)) return choices.join(' or ');
  const form = z.globalRegistry.get(inner)?.['form'] ?? z.globalRegistry.get(schema)?.['form'];
  if (typeof form === 'string') return form;
  if (inner instanceof z.ZodNumber) return numberWords(inner);
  if (inner instanceof z.ZodBoolean) return 'true or false';
  if (inner instanceof z.ZodEnum) return inner.options.join(', ').replace(/, ([^,]*)$/, ' or $1');
  if (inner instanceof z.ZodLiteral) return String(inner.value);
  if (inner instanceof z.ZodEmail) return 'a mail address';
  if (inner instanceof z.ZodURL) return 'an http or https address';
  if (inner instanceof z.ZodArray) return `a list of: ${plainTypeWords(inner.def.element)}`;
  if (inner instanceof z.ZodRecord) return `a section of names and ${recordWords(inner)}`;
  if (inner instanceof z.ZodObject) return 'a section with options';
  if (inner instanceof z.ZodDiscriminatedUnion) return 'an entry with a type';
  return 'text';
}

function numberWords(schema: z.ZodNumber): string {
  const kind = schema instanceof z.ZodNumberFormat ? 'a whole number' : 'a number';
  const min = schema.minValue;
  const max = schema.maxValue;
  const hasMin = min !== null && Number.isFinite(min) && min > Number.MIN_SAFE_INTEGER;
  const hasMax = max !== null && Number.isFinite(max) && max < Number.MAX_SAFE_INTEGER;
  if (hasMin && hasMax) return `${kind} from ${min} to ${max}`;
  if (hasMin) return `${kind} of at least ${min}`;
  return hasMax ? `${kind} of at most ${max}` : kind;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function childOf(value: unknown, key: PropertyKey): unknown {
  if (Array.isArray(value)) return (value as readonly unknown[])[Number(key)];
  return isRecord(value) ? value[String(key)] : undefined;
}

function recordWords({ def }: z.ZodRecord): string {
  return def.valueType instanceof z.ZodBoolean ? 'true or false' : 'texts';
}
