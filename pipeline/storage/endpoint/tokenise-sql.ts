/** A piece of a statement. Quoted identifiers come without their quotes, strings without their content in `text`. */
export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol';
  readonly text: string;
  /** As it stands in the statement. */
  readonly raw: string;
  /** Space or a comment stands before it. */
  readonly apart: boolean;
  /** What a string says, as far as it needs no escapes; else undefined. */
  readonly content?: string;
}

const SPACE = /[\s\uFEFF]+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /\d[\w.]*/y;
const LINE_COMMENT = /(?:--|#!|# )[^\n]*/y;
/** In names and heredocs the engine has rules of its own for these; outside of quotes nobody needs them. */
const AMBIGUOUS = new Set(['$', '\\']);

/**
 * Splits a statement: comments, strings and quoted names are told apart, so that nothing can hide in one of them. Answers null
 * for what does not end (a string, a comment) or might be split in another way by the engine. Linear in its length.
 */
export function tokeniseSql(sql: string): readonly SqlToken[] | null {
  const tokens: SqlToken[] = [];
  let at = 0;
  let apart = false;
  const push = (token: Pick<SqlToken, 'kind' | 'text' | 'content'>, raw: string) => {
    tokens.push({ ...token, raw, apart });
    apart = false;
  };
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(sql)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  while (at < sql.length) {
    if (take(SPACE) !== null || take(LINE_COMMENT) !== null) {
      apart = true;
      continue;
    }
    if (sql.startsWith('/*', at)) {
      const end = sql.indexOf('*/', at + 2);
      if (end < 0) return null;
      at = end + 2;
      apart = true;
      continue;
    }
    const word = take(WORD);
    if (word !== null) {
      push({ kind: 'word', text: word }, word);
      continue;
    }
    const number = take(NUMBER);
    if (number !== null) {
      push({ kind: 'number', text: number }, number);
      continue;
    }
    const quote = sql[at] ?? '';
    if (quote === "'" || quote === '"' || quote === '`') {
      const quoted = readQuoted(sql, at, quote);
      if (quoted === null) return null;
      const raw = sql.slice(at, quoted.end);
      // An escape in a name can spell any other name.
      if (quote !== "'" && raw.includes('\\')) return null;
      at = quoted.end;
      push(quote === "'" ? stringToken(quoted.text) : { kind: 'quoted', text: quoted.text }, raw);
      continue;
    }
    // Other quotation marks and control characters have no place outside of strings.
    if (!/[!-~]/.test(quote) || AMBIGUOUS.has(quote)) return null;
    push({ kind: 'symbol', text: quote }, quote);
    at += 1;
  }
  return tokens;
}

/** The tokens as a statement again, without its comments: what the engine reads is what was checked. */
export function writeSql(tokens: readonly SqlToken[]): string {
  return tokens.map(({ raw, apart }, index) => (apart && index > 0 ? ` ${raw}` : raw)).join('');
}

function stringToken(content: string): Pick<SqlToken, 'kind' | 'text' | 'content'> {
  return /^[\w .,:;|%+-]*$/.test(content)
    ? { kind: 'string', text: '', content }
    : { kind: 'string', text: '' };
}

/** Backslash escapes and doubled quotes; null when it does not end. */
function readQuoted(sql: string, start: number, quote: string): { text: string; end: number } | null {
  let text = '';
  for (let at = start + 1; at < sql.length; at += 1) {
    const character = sql[at] ?? '';
    if (character === '\\') {
      text += sql[at + 1] ?? '';
      at += 1;
    } else if (character === quote) {
      if (sql[at + 1] !== quote) return { text, end: at + 1 };
      text += quote;
      at += 1;
    } else text += character;
  }
  return null;
}
