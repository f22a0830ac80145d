/** A piece of a statement. Quoted identifiers come without their quotes, strings without their content in `text`. */
export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol';
  readonly text: string;
  /** What a string says, as far as it needs no escapes; else undefined. */
  readonly content?: string;
}

const SPACE = /[\s\uFEFF]+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /\d[\w.]*/y;
const LINE_COMMENT = /(?:--|#!|# )[^\n]*/y;
const HEREDOC = /\$\w*\$/y;

/**
 * Splits a statement the way the engine does: comments, strings, heredocs and quoted names are told apart, so that nothing
 * can hide in one of them. Answers null for what does not end (a string, a comment) or is not understood. Linear in its length.
 */
export function tokeniseSql(sql: string): readonly SqlToken[] | null {
  const tokens: SqlToken[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(sql)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  while (at < sql.length) {
    if (take(SPACE) !== null || take(LINE_COMMENT) !== null) continue;
    if (sql.startsWith('/*', at)) {
      const end = sql.indexOf('*/', at + 2);
      if (end < 0) return null;
      at = end + 2;
      continue;
    }
    const word = take(WORD);
    if (word !== null) {
      tokens.push({ kind: 'word', text: word });
      continue;
    }
    const number = take(NUMBER);
    if (number !== null) {
      tokens.push({ kind: 'number', text: number });
      continue;
    }
    const heredoc = take(HEREDOC);
    if (heredoc !== null) {
      const end = sql.indexOf(heredoc, at);
      if (end < 0) return null;
      at = end + heredoc.length;
      tokens.push({ kind: 'string', text: '' });
      continue;
    }
    const quote = sql[at] ?? '';
    if (quote === "'" || quote === '"' || quote === '`') {
      const quoted = readQuoted(sql, at, quote);
      if (quoted === null) return null;
      // An escape in a name can spell any other name.
      if (quote !== "'" && sql.slice(at, quoted.end).includes('\\')) return null;
      at = quoted.end;
      tokens.push(quote === "'" ? stringToken(quoted.text) : { kind: 'quoted', text: quoted.text });
      continue;
    }
    // Other quotation marks and control characters have no place outside of strings.
    if (!/[!-~]/.test(quote)) return null;
    tokens.push({ kind: 'symbol', text: quote });
    at += 1;
  }
  return tokens;
}

function stringToken(content: string): SqlToken {
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
