import { RejectedError } from '../../core/errors.js';
import { tokeniseSql, writeSql, type SqlToken } from './tokenise-sql.js';

export interface CheckedStatement {
  /** The statement without its comments and what stands behind its end. */
  readonly sql: string;
  /** Format that the statement asks for itself, or null. */
  readonly format: string | null;
  /** Settings that it names, as SQL literals: to be made before the session becomes read-only. */
  readonly settings: ReadonlyMap<string, string>;
}

const FIRST_WORDS = new Set(['SELECT', 'WITH', 'DESCRIBE', 'DESC', 'SHOW', 'EXISTS', 'EXPLAIN']);
const SHOWN = new Set([
  'TABLES',
  'DATABASES',
  'COLUMNS',
  'FIELDS',
  'CREATE',
  'FUNCTIONS',
  'SETTINGS',
  'FULL',
  'INDEXES',
]);
/**
 * Table functions that make rows out of nothing or out of the query itself; every other one is refused. `format` is here for
 * the ordinary function of that name; as a table function the engine's read-only mode refuses it.
 */
const TABLE_FUNCTIONS = new Set(
  'numbers numbers_mt zeros zeros_mt generate_series generateseries values view format null'.split(' '),
);
/** Functions that read files, reach the network, wait, or tell about the machine and its configuration. */
const REFUSED_FUNCTION =
  /^(file|dict|executable|url|sleep|catboost|model|joinget|getsetting|getserver|getmacro|getmergetree|getos|getclient|getscalar|host|fqdn|tcpport|zookeeper|serveruuid|buildid|address|demangle|trap|logtrace|filesystem|fullhost|transaction|currentuser|currentroles|currentprofiles|enabledroles|enabledprofiles|defaultroles|defaultprofiles|showcertificate|displayname|synonyms|lemmatize|ai|embed|naivebayes|eval|fuzz|remote|cluster|shard|region|hascolumnintable|uptime$|user$)/;
/** What a reader of the series may see of the engine itself. */
const SYSTEM_TABLES = new Set(
  'one numbers zeros databases tables columns functions data_type_families formats settings keywords time_zones table_engines table_functions'.split(
    ' ',
  ),
);
/** Columns of system tables that say where on the disk the store is. */
const PATHS = new Set(['data_path', 'data_paths', 'metadata_path']);
/** Original bytes of unreadable documents, who was forgotten, and who of the desk said what. */
const PRIVATE_TABLES = new Set(
  'dead_letters dead_letter_marks erasures erased_documents erased_windows evidence_subjects labels'.split(
    ' ',
  ),
);
const ALLOWED_SETTINGS = new Set(['join_use_nulls', 'group_by_use_nulls']);
/** How an answer looks; not where the engine writes or reads the schema of a format. */
export const allowedSetting = (name: string) =>
  ALLOWED_SETTINGS.has(name) ||
  (/^(output_format_|date_time_output_format)/.test(name) && !/schema|path|file|url/.test(name));

/**
 * Lets one reading statement through and refuses everything else.
 *
 * Throws RejectedError `statement_refused` that says why. `tableFunctions` are those of the engine, in lower case; what it has
 * and we do not know is refused. The engine's own read-only mode is the second line: alone it lets files be read and written.
 */
export function checkStatement(text: string, tableFunctions: ReadonlySet<string>): CheckedStatement {
  const all = tokeniseSql(text);
  if (all === null)
    throw refused(
      'it cannot be read: a string or a comment does not end, or a character has no place in SQL',
    );
  const end = all.findIndex(isSymbol(';'));
  if (end >= 0 && all.slice(end).some((token) => !isSymbol(';')(token)))
    throw refused('it holds more than one statement');
  const tokens = end < 0 ? all : all.slice(0, end);
  requireReading(tokens);
  tokens.forEach((token, index) => {
    requireHarmless(tokens, token, index, tableFunctions);
  });
  requireNoPaths(tokens);
  return { sql: writeSql(tokens), format: formatOf(tokens), settings: settingsOf(tokens) };
}

function requireReading(tokens: readonly SqlToken[]): void {
  const words = tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text.toUpperCase());
  const first = tokens[0]?.kind === 'word' ? words[0] : undefined;
  if (first === undefined || !FIRST_WORDS.has(first)) {
    throw refused(
      'only one SELECT, WITH … SELECT, DESCRIBE, SHOW, EXISTS or EXPLAIN … SELECT is answered here',
    );
  }
  if ((first === 'WITH' || first === 'EXPLAIN') && !words.includes('SELECT'))
    throw refused(`${first} needs a SELECT here`);
  if (first === 'SHOW' && !SHOWN.has(words[1] ?? ''))
    throw refused(`SHOW ${words[1] ?? ''} is not answered here`);
  // In any place: INTO OUTFILE, INSERT INTO, and APPLY, which calls a function without its parentheses.
  for (const word of ['INTO', 'OUTFILE', 'INSERT', 'INFILE', 'APPLY']) {
    if (words.includes(word)) throw refused(`${word} has no place in it`);
  }
}

function requireHarmless(
  tokens: readonly SqlToken[],
  token: SqlToken,
  index: number,
  tableFunctions: ReadonlySet<string>,
): void {
  if (token.kind !== 'word' && token.kind !== 'quoted') return;
  const name = token.text.toLowerCase();
  const next = tokens[index + 1];
  if (next !== undefined && isSymbol('(')(next)) {
    if (tableFunctions.has(name) && !TABLE_FUNCTIONS.has(name))
      throw refused(`the table function ${token.text} is not allowed`);
    // With and without underscores: current_user is currentUser.
    if (REFUSED_FUNCTION.test(name.replaceAll('_', '')))
      throw refused(`the function ${token.text} is not allowed`);
  }
  if (PRIVATE_TABLES.has(name)) throw refused(`the table ${token.text} is not shown`);
  if (name === 'identifier' && token.kind === 'word')
    throw refused('a parameter may not be the name of something');
  if (name === 'system' && next !== undefined && isSymbol('.')(next)) {
    const table = tokens[index + 2]?.text.toLowerCase() ?? '';
    if (!SYSTEM_TABLES.has(table)) throw refused(`system.${table} is not shown`);
  }
}

/** The paths of the store, by name or by everything that a table has. */
function requireNoPaths(tokens: readonly SqlToken[]): void {
  const shows = tokens.some(
    ({ text }, index) =>
      text.toLowerCase() === 'system' && /^(databases|tables)$/i.test(tokens[index + 2]?.text ?? ''),
  );
  if (!shows) return;
  const counted = (index: number) => /^count$/i.test(tokens[index - 2]?.text ?? '');
  const all = tokens.some(
    (token, index) =>
      PATHS.has(token.text.toLowerCase()) ||
      (/^columns$/i.test(token.text) && isSymbol('(')(tokens[index + 1] ?? token)) ||
      (isSymbol('*')(token) && !counted(index)),
  );
  if (all) throw refused('of system.databases and system.tables only named columns are shown, and no paths');
}

/** `SETTINGS a = 1, b = -2, c = 'x'`; a column of that name is followed by something else. */
function settingsOf(tokens: readonly SqlToken[]): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  tokens.forEach(({ kind, text }, index) => {
    if (kind !== 'word' || text.toLowerCase() !== 'settings') return;
    for (let at = index + 1; ;) {
      const [name, equals] = [tokens[at], tokens[at + 1]];
      if (name?.kind !== 'word' || equals === undefined || !isSymbol('=')(equals)) return;
      if (!allowedSetting(name.text)) throw refused(`the setting ${name.text} may not be changed`);
      const value = literalAt(tokens, at + 2);
      if (value === null)
        throw refused(`the value of the setting ${name.text} is no plain number, word or text`);
      settings.set(name.text, value.sql);
      const comma = tokens[value.end];
      if (comma === undefined || !isSymbol(',')(comma)) return;
      at = value.end + 1;
    }
  });
  return settings;
}

function literalAt(tokens: readonly SqlToken[], at: number): { sql: string; end: number } | null {
  const first = tokens[at];
  const signed = first !== undefined && (isSymbol('-')(first) || isSymbol('+')(first));
  const token = tokens[signed ? at + 1 : at];
  const end = at + (signed ? 2 : 1);
  if (token?.kind === 'number') return { sql: `${signed ? first.text : ''}${token.text}`, end };
  if (signed) return null;
  if (token?.kind === 'string' && token.content !== undefined) return { sql: `'${token.content}'`, end };
  return token?.kind === 'word' && /^(true|false)$/i.test(token.text) ? { sql: token.text, end } : null;
}

/** The last clause, or the one before SETTINGS; anywhere else the word is a name. */
function formatOf(tokens: readonly SqlToken[]): string | null {
  const at = tokens.findLastIndex(({ kind, text }) => kind === 'word' && text.toUpperCase() === 'FORMAT');
  const [name, behind] = [tokens[at + 1], tokens[at + 2]];
  if (at < 0 || name?.kind !== 'word') return null;
  return behind === undefined || behind.text.toUpperCase() === 'SETTINGS' ? name.text : null;
}

function isSymbol(text: string): (token: SqlToken) => boolean {
  return (token) => token.kind === 'symbol' && token.text === text;
}

function refused(reason: string): RejectedError {
  return new RejectedError('statement_refused', `The read-only endpoint refuses this statement: ${reason}.`);
}
