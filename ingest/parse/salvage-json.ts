import type { Fields } from './fields.js';

const MAX_DEPTH = 200;

/**
 * What can be read of a JSON Feed that is no valid JSON: the version, the title, and each object in `items` that is valid by itself once stray
 * control characters, commas before a bracket and numbers such as NaN are out. One pass over the text.
 */
export function salvageItems(text: string): Fields {
  const start = /"items"\s{0,100}:\s{0,100}\[/.exec(text);
  const head = start === null ? text.slice(0, 10_000) : text.slice(0, Math.min(start.index, 10_000));
  const version = /"version"\s{0,20}:\s{0,20}"([^"]{1,200})"/.exec(head)?.[1];
  const title = /"title"\s{0,20}:\s{0,20}"([^"\\]{1,500})"/.exec(head)?.[1];
  return {
    ...(version === undefined ? {} : { version }),
    ...(title === undefined ? {} : { title }),
    ...(start === null ? {} : { items: objectsFrom(text, start.index + start[0].length) }),
  };
}

/** The objects of the array whose inside begins at `from`. */
function objectsFrom(text: string, from: number): readonly unknown[] {
  const objects: unknown[] = [];
  const marks = /["{}[\]\\]/g;
  marks.lastIndex = from;
  let depth = 0;
  let start = from;
  let quoted = false;
  for (let match = marks.exec(text); match !== null; match = marks.exec(text)) {
    const [mark] = match;
    if (mark === '\\') marks.lastIndex += 1;
    else if (mark === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (mark === '{' || mark === '[') {
      if (depth === 0) start = match.index;
      depth += 1;
    } else {
      depth -= 1;
      if (depth < 0) break;
      if (depth === 0) objects.push(mended(text.slice(start, match.index + 1)));
    }
    if (depth > MAX_DEPTH) break;
  }
  return objects.filter((object) => object !== null);
}

function mended(text: string): unknown {
  for (const candidate of [text, withoutFaults(text)]) {
    try {
      return JSON.parse(candidate) as unknown;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return null;
}

function withoutFaults(text: string): string {
  return (
    text
      .replace(/[\u0000-\u001f]/g, ' ')
      .replace(/,(\s{0,100}[}\]])/g, '$1')
      // As Python and others write numbers that JSON does not have.
      .replace(/:(\s{0,100})(?:NaN|-?Infinity)(?=\s{0,100}[,}\]])/g, ':$1null')
  );
}
