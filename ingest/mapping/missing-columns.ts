import {
  MAPPED_FIELDS,
  parseFieldPath,
  parseTemplate,
  type FieldPath,
  type FieldSpec,
  type MappedField,
  type MappingSpec,
} from '../../pipeline/core/mapping.js';
import { nearestName } from '../../pipeline/core/nearest-name.js';

/** What no item can do without; of each list one field is enough. */
const NEEDED: readonly (readonly MappedField[])[] = [
  ['nativeId', 'url'],
  ['title', 'text', 'html'],
  ['publishedAt'],
];
const MOST_NAMED = 20;
const MOST_CHARACTERS = 60;

interface Wanted {
  /** Such as `publishedAt`. */
  readonly field: string;
  /** One of them is enough. */
  readonly columns: readonly string[];
}

/**
 * Which fields of a mapping want which columns that a table does not have, in one sentence with the nearest name and the columns that are
 * there; null when it has all of them. A field with a `default` can do without its column, and one with `first` needs one of them; so can what
 * goes into `extra`, which one table of a folder may have and another not.
 */
export function describeMissingColumns(spec: MappingSpec, columns: readonly string[]): string | null {
  return describe(missing(wantedBy(spec), columns), columns, 'The table has the columns');
}

/**
 * The same for the names that occur in rows which each have names of their own: there a missing name says nothing unless no item can do
 * without it (an id or address, a title or text, a time).
 */
export function describeMissingNames(spec: MappingSpec, names: readonly string[]): string | null {
  // Without names nobody can say what is missing: rows that are lists, or not whole yet.
  if (spec.items !== undefined || names.length === 0) return null;
  const gone = missing(wantedBy(spec), names);
  const of = (field: MappedField) => gone.filter((wanted) => wanted.field === field);
  const needed = NEEDED.flatMap((fields) => {
    const mapped = fields.filter((field) => spec[field] !== undefined);
    return mapped.every((field) => of(field).length > 0) ? mapped.flatMap(of) : [];
  });
  return describe(needed, names, 'The rows have');
}

/**
 * Where the mapping looks for a field that an item lacks (for an id also the address, for a text also the title), and the names that the item has; in one
 * or two sentences. Null for a field that any mapping can do without.
 */
export function describePlaces(spec: MappingSpec, field: string, item: unknown): string | null {
  const group = NEEDED.find((fields) => fields.some((name) => name === field));
  if (group === undefined) return null;
  const mapped = group.filter((name) => spec[name] !== undefined);
  if (mapped.length === 0) return `The mapping does not say where it stands: add ${namesOf(group, ' or ')}.`;
  const takes = mapped.map((name) => `"${name}" from ${namesOf(placesOf(spec[name]), ' or ')}`);
  const isObject = typeof item === 'object' && item !== null && !Array.isArray(item);
  const has = isObject ? namesOf(Object.keys(item), ', ') : 'no names';
  return `The mapping takes ${takes.join(' and ')}; the item has ${has}.`;
}

function placesOf(spec: FieldSpec | undefined): readonly string[] {
  if (spec === undefined || typeof spec === 'string') return spec === undefined ? [] : [spec];
  const { template, first, path, constant } = spec;
  return first ?? [template ?? path ?? String(constant ?? '')];
}

function wantedBy(spec: MappingSpec): readonly Wanted[] {
  const fields = MAPPED_FIELDS.map((field) => [field, spec[field]] as const);
  const conditions = Object.keys(spec.when ?? {}).map((place): Wanted => {
    const column = columnOf(parseFieldPath(place));
    return { field: 'when', columns: column === null ? [] : [column] };
  });
  return [
    ...fields.flatMap(([name, field]) => (field === undefined ? [] : wantedOf(name, field))),
    ...conditions,
  ].filter(({ columns }) => columns.length > 0);
}

function wantedOf(field: string, spec: FieldSpec): readonly Wanted[] {
  if (typeof spec === 'string') return [{ field, columns: columnsOf([spec]) }];
  if (spec.default !== undefined) return [];
  const exchange = spec.exchange === undefined ? [] : [{ field, columns: columnsOf([spec.exchange]) }];
  if (spec.template !== undefined) {
    const paths = parseTemplate(spec.template)?.paths ?? [];
    const places = paths.map((path) => columnOf(path)).filter((column) => column !== null);
    return [...places.map((column) => ({ field, columns: [column] })), ...exchange];
  }
  const places = spec.first ?? (spec.path === undefined ? [] : [spec.path]);
  return [{ field, columns: columnsOf(places) }, ...exchange];
}

function columnsOf(places: readonly string[]): readonly string[] {
  return places.map((place) => columnOf(parseFieldPath(place))).filter((column) => column !== null);
}

/** The column that a place begins with; null for one that goes by its number. */
function columnOf(path: FieldPath | null): string | null {
  const step = path?.steps[0];
  return typeof step === 'string' ? step : null;
}

function missing(wanted: readonly Wanted[], columns: readonly string[]): readonly Wanted[] {
  const there = new Set(columns);
  return wanted.filter((each) => !each.columns.some((column) => there.has(column)));
}

function describe(gone: readonly Wanted[], columns: readonly string[], lead: string): string | null {
  if (gone.length === 0) return null;
  const wants = gone.map(
    (wanted) => `${wanted.field} of the mapping wants ${namesOf(wanted.columns, ' or ')}`,
  );
  const guesses = gone.flatMap(({ columns: [column = ''] }) => nearestName(column, columns) ?? []);
  const meant = guesses.length === 0 ? '' : ` Did you mean ${namesOf([...new Set(guesses)], ', ')}?`;
  return `${wants.slice(0, MOST_NAMED).join('; ')}. ${lead} ${namesOf(columns, ', ')}.${meant}`;
}

function namesOf(names: readonly string[], between: string): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, MOST_NAMED).map((name) => `"${name.slice(0, MOST_CHARACTERS)}"`);
  const more = names.length - shown.length;
  return `${shown.join(between)}${more > 0 ? ` and ${more} more` : ''}`;
}
