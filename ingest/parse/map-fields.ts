/** A field of a document and where it stands in a message: names separated by dots, such as `payload.headline`. */
export type FieldMapping = Readonly<Partial<Record<string, string>>>;

/**
 * A document made of the places that the mapping names; what is missing there is left out. Without a mapping the message is
 * the document. Own properties only, so that no message reaches what it does not hold.
 */
export function mapFields(message: unknown, mapping: FieldMapping): unknown {
  const entries = Object.entries(mapping);
  if (entries.length === 0) return message;
  const document: Record<string, unknown> = {};
  for (const [field, path] of entries) {
    const value = path === undefined ? undefined : valueAt(message, path.split('.'));
    if (value === undefined) continue;
    document[field] = asField(field, value);
  }
  return document;
}

/** One ticker is often no list elsewhere, and an author often a name alone. */
function asField(field: string, value: unknown): unknown {
  if (field === 'tickers' && typeof value === 'string') return value === '' ? [] : value.split(/[\s,;]+/);
  if (field === 'author' && typeof value === 'string') return { id: value };
  return value;
}

function valueAt(message: unknown, path: readonly string[]): unknown {
  let value: unknown = message;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}
