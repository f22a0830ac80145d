import { InvalidDocumentError } from '../../pipeline/core/errors.js';
import { MAPPED_FIELDS, type FieldPath, type MappingSpec } from '../../pipeline/core/mapping.js';
import { invalid } from '../parse/fields.js';
import { compileField, requirePath, wordOf, type ReadField } from './compile-field.js';
import { describePlaces } from './missing-columns.js';
import { valueAt } from './values-at.js';

/** Items of one message; as many as a request of the webhook may have. */
export const MAX_ITEMS = 20_000;

/** One item of a message as the fields of a document, not yet checked, or why there are none. */
export type MappedItem =
  | {
      readonly document: unknown;
      /** Where the mapping looks for a field, and what stands there instead, in a sentence; without a mapping there is nothing to say. */
      readonly placesOf?: (field: string) => string | null;
    }
  | { readonly error: InvalidDocumentError };

/**
 * Makes what turns a message (a parsed JSON value, a row of a table) into documents as `parseDocument` takes them, without their source.
 *
 * What a place does not hold is left out of the document; an item that `when` does not want is left out of the list. Of an item whose time cannot be
 * read, of a message without the list that `items` names, and of items over 20,000 there is an error in the list, and the others go on.
 * Throws ConfigError at once for a place that is none; the function it returns never throws. Linear in the message.
 */
export function compileMapping(spec: MappingSpec): (message: unknown) => readonly MappedItem[] {
  const place = spec.items === undefined ? null : { words: spec.items, path: requirePath(spec.items) };
  const wanted = Object.entries(spec.when ?? {}).map(([path, words]) => ({
    path: requirePath(path),
    words: new Set(words),
  }));
  const readDocument = compileDocument(spec);
  const wantedOfMessage = wanted.filter(({ path }) => path.fromMessage);
  return (message) => {
    // Streams carry messages of other kinds, which have no list.
    const whole = { message, item: message };
    if (!wantedOfMessage.every(({ path, words }) => words.has(wordOf(valueAt(path, whole))))) return [];
    const items = itemsOf(message, place);
    if (items === null) return [{ error: withoutItems(place?.words ?? '') }];
    const mapped: MappedItem[] = [];
    for (const item of items.slice(0, MAX_ITEMS)) {
      const scope = { message, item };
      if (wanted.every(({ path, words }) => words.has(wordOf(valueAt(path, scope)))))
        mapped.push(readDocument(scope));
    }
    if (items.length > MAX_ITEMS) mapped.push({ error: tooMany() });
    return mapped;
  };
}

function compileDocument(spec: MappingSpec): (scope: { message: unknown; item: unknown }) => MappedItem {
  const fields = MAPPED_FIELDS.flatMap((name): [string, ReadField][] => {
    const field = spec[name];
    return field === undefined ? [] : [[name, compileField(name, field)]];
  });
  const extras = Object.entries(spec.extra ?? {}).map(([name, field]): [string, ReadField] => [
    name,
    compileField('extra', field),
  ]);
  if (fields.length === 0 && extras.length === 0) return ({ item }) => ({ document: item });
  return (scope) => {
    try {
      const document = readAll(fields, scope);
      const extra = readAll(extras, scope);
      return {
        document: Object.keys(extra).length === 0 ? document : { ...document, extra },
        placesOf: (field) => describePlaces(spec, field, scope.item),
      };
    } catch (error) {
      if (error instanceof InvalidDocumentError) return { error };
      throw error;
    }
  };
}

function readAll(
  fields: readonly (readonly [string, ReadField])[],
  scope: { message: unknown; item: unknown },
): Readonly<Record<string, unknown>> {
  const found = fields.map(([name, read]) => [name, read(scope)] as const);
  // From entries, so that no name can be a setter.
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/** Null when the list is missing; an empty one, and null in its place, is a message without news. */
function itemsOf(message: unknown, place: { readonly path: FieldPath } | null): readonly unknown[] | null {
  const found = place === null ? message : valueAt(place.path, { message, item: message }, MAX_ITEMS + 1);
  if (found === undefined) return null;
  if (Array.isArray(found)) return found as readonly unknown[];
  return found === null && place !== null ? [] : [found];
}

function withoutItems(place: string): InvalidDocumentError {
  return invalid(
    'no_items',
    place,
    `The message has no list at "${place}". Correct "items" of the mapping, or look at what the source answers.`,
  );
}

function tooMany(): InvalidDocumentError {
  return invalid(
    'too_many_items',
    undefined,
    `The message has more than ${MAX_ITEMS} items; these first ones were taken. Ask the source for smaller parts.`,
  );
}
