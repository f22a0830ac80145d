import { decodeHTMLStrict } from 'entities';

const MAX_ENTITIES = 256;
const MAX_VALUE_CHARS = 1_000;
const DECLARATION = /<!ENTITY\s{1,20}(%\s{1,20})?([\w.:-]{1,80})\s{1,20}(SYSTEM|PUBLIC|"[^"<]*"|'[^'<]*')/gi;

/** The entities that a DOCTYPE declares, as far as they are harmless: plain text that names no other entity. */
export interface DeclaredEntities {
  readonly values: ReadonlyMap<string, string>;
  /** What of it is never expanded nor fetched, in words; null when there is nothing of that kind. */
  readonly hostile: string | null;
}

/**
 * Reads the declarations of a DOCTYPE. Values are decoded once: `&#160;` is a blank, while the name of another entity stays as
 * it is written, so that nothing grows. External and parameter entities are left alone. At most 256 of 1,000 characters each.
 */
export function readDoctype(subset: string): DeclaredEntities {
  const values = new Map<string, string>();
  let hostile: string | null = null;
  for (const [, parameter, name = '', value = ''] of subset.matchAll(DECLARATION)) {
    if (parameter !== undefined) hostile = 'parameter entities';
    else if (/^[SP]/i.test(value)) hostile = 'external entities';
    else if (namesAnother(value)) hostile ??= 'entities within entities';
    else if (values.size < MAX_ENTITIES && value.length <= MAX_VALUE_CHARS && !values.has(name)) {
      // `&#38;` is how a value says `&`, as in `&#38;amp;`.
      values.set(name, decodeHTMLStrict(value.slice(1, -1).replaceAll('&#38;', '&')));
    }
  }
  return { values, hostile };
}

function namesAnother(value: string): boolean {
  return /&[A-Za-z]/.test(decodeHTMLStrict(value.replaceAll('&#38;', '&').replaceAll('&amp;', '')));
}
