/** The fields of a document that a mapping may fill, beside those of `extra`. */
export const MAPPED_FIELDS = [
  'nativeId',
  'url',
  'title',
  'text',
  'html',
  'publishedAt',
  'modifiedAt',
  'author',
  'language',
  'tickers',
  'action',
] as const;
export type MappedField = (typeof MAPPED_FIELDS)[number];

/** How a time is written; `local` is any common form, read in the `zone` where it names none. */
export const TIME_FORMS = ['iso', 'seconds', 'milliseconds', 'microseconds', 'local'] as const;
export type TimeForm = (typeof TIME_FORMS)[number];

/** Where a value comes from (one of the first four), and what is made of it. */
export interface ValueSpec {
  /** A place in the item. */
  readonly path?: string | undefined;
  /** Places; the first that holds something counts. */
  readonly first?: readonly string[] | undefined;
  /** Text with places in braces, such as `{title} {summary}`; nothing when all of them are empty. */
  readonly template?: string | undefined;
  readonly constant?: string | number | boolean | undefined;
  readonly time?: TimeForm | undefined;
  /** `+08:00` or a name such as `Asia/Shanghai`. */
  readonly zone?: string | undefined;
  /** Word at the source: word here. */
  readonly values?: Readonly<Record<string, string>> | undefined;
  /** Taken when there is no value, or none that `values` knows. */
  readonly default?: string | undefined;
  /** Makes a list of a text. */
  readonly split?: string | undefined;
  /** Reads numbers of shares of China and Hong Kong: 600519 becomes `600519.SH`, 00700 `00700.HK`. */
  readonly stockCode?: boolean | undefined;
  /** Place of the exchange of a stock code. */
  readonly exchange?: string | undefined;
}

/** A place, or a place with what is made of the value. */
export type FieldSpec = string | ValueSpec;

/** How the messages of somebody else become documents; without fields they are documents in our own form. */
export interface MappingSpec extends Readonly<Partial<Record<MappedField, FieldSpec | undefined>>> {
  /** Place of the list of items in a message; left out: the message is the item, or the list of them. */
  readonly items?: string | undefined;
  /** Place: words. An item counts only when each place holds one of its words; others are passed over in silence. */
  readonly when?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly extra?: Readonly<Record<string, FieldSpec>> | undefined;
}

/** A name in an object, a number in a list, or every entry of a list. */
export type PathStep = string | number | typeof EVERY;
export const EVERY = Symbol('every entry');

export interface FieldPath {
  /** True for a place in the whole message, false for one in the item. */
  readonly fromMessage: boolean;
  readonly steps: readonly PathStep[];
}

const MAX_STEPS = 12;
const STEP = /\.?([^.[\]{}\s](?:[^.[\]{}\n]*[^.[\]{}\s])?)|\[(\d{1,6}|\*)\]|\["([^"\]\n]{1,200})"\]/y;

/**
 * Reads a place: names with dots between them, `[0]` for an entry of a list, `[*]` for all, `["a.b"]` for a name with signs in it;
 * `$.` in front starts at the whole message. Null for anything else, and for more than 12 steps.
 */
export function parseFieldPath(text: string): FieldPath | null {
  if (text.length > 500) return null;
  const steps: PathStep[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const dotted = text[STEP.lastIndex] === '.';
    const match = STEP.exec(text);
    // Names after the first have a dot before them, the first has none.
    if (match === null || (match[1] !== undefined && dotted !== steps.length > 0)) return null;
    steps.push(stepOf(match));
  }
  const fromMessage = steps[0] === '$';
  if (fromMessage) steps.shift();
  return steps.length === 0 || steps.length > MAX_STEPS ? null : { fromMessage, steps };
}

function stepOf([, name, entry, quoted]: RegExpExecArray): PathStep {
  if (entry === undefined) return name ?? quoted ?? '';
  return entry === '*' ? EVERY : Number(entry);
}

/** The places in the braces of a template with the texts between them: one more text than places. Null when a place is none. */
export function parseTemplate(
  template: string,
): { readonly texts: readonly string[]; readonly paths: readonly FieldPath[] } | null {
  const texts: string[] = [];
  const paths: FieldPath[] = [];
  for (const [index, part] of template.split(/[{}]/).entries()) {
    if (index % 2 === 0) {
      texts.push(part);
      continue;
    }
    const path = parseFieldPath(part);
    if (path === null) return null;
    paths.push(path);
  }
  return texts.length === paths.length + 1 ? { texts, paths } : null;
}

/** Whether it is `+08:00`, `-05:30` or a zone that the system knows by name. */
export function isTimeZone(zone: string): boolean {
  if (/^[+-](0\d|1[0-4]):[0-5]\d$/.test(zone)) return true;
  try {
    return /^[A-Za-z]/.test(zone) && new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
