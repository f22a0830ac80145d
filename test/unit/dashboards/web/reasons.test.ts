import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';
import { describe, expect, test } from 'vitest';

import { reasonWords, remarkWords } from '../../../../dashboards/web/src/reason-words.js';
import { REASONS } from '../../../../dashboards/web/src/strings.js';

import { READ_IN_PART } from '../../../../pipeline/core/scored.js';
import { DOCUMENT_FLAGS } from '../../../../pipeline/operators/flag-document.js';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
/** Where a code may come from that reaches the page: as the cause of a source's state, or in a problem of the API. */
const PLACES = [
  'ingest',
  'dashboards/api',
  'pipeline/core',
  'pipeline/log',
  'pipeline/storage',
  'pipeline/app/labelling',
  'pipeline/app/sources',
  'pipeline/app/source-life/living-source.ts',
];

/** Codes that never reach it, and why. */
const NOT_SHOWN: Readonly<Record<string, readonly string[]>> = {
  'of one item, which is counted while the source goes on': [
    ...[
      'all_rejected',
      'bad_eml',
      'bad_json',
      'bad_time',
      'bad_utf8',
      'csv_columns',
      'csv_row',
      'empty_body',
    ],
    ...['eml_deadline', 'eml_fault', 'eml_memory', 'eml_too_large', 'eml_unreadable', 'invalid_message'],
    ...['line_too_long', 'missing_field', 'newer_version', 'not_allowed', 'time_in_future', 'time_too_old'],
    ...['too_long', 'too_many_items', 'undecodable', 'unknown_version', 'unstorable', 'wrong_type'],
  ],
  'of a request, in the answer to its sender': [
    ...['busy', 'cross_site', 'not_recognised', 'refused', 'signature_missing', 'signature_wrong'],
    ...['source_stopped', 'timestamp_outside_window', 'too_many_requests', 'unauthorised', 'unknown_source'],
    'statement_refused',
  ],
  'the process does not start, or ends, with it': [
    ...['endpoint_without_password', 'log_format_newer', 'port_unusable', 'replay_file_damaged'],
    ...['replay_file_empty', 'replay_file_missing', 'replay_file_unreadable', 'replay_not_a_file'],
    ...[
      'replay_not_gzip',
      'replay_speed',
      'schema_busy',
      'schema_in_use',
      'schema_too_new',
      'server_too_old',
      'store_crashed',
    ],
    ...['store_not_opened', 'world_mismatch'],
  ],
  'of a command, in its answer': ['backup_running'],
  'the work was given up on purpose': ['cancelled', 'log_closed'],
  'no code of ours': ['CODE.givenUp?', 'field?', "issue ?? type.split('/').at(-1) ?? ''?"],
};

describe('The words for what the service says by code', () => {
  const remarks = [...DOCUMENT_FLAGS, READ_IN_PART, 'unclassified', 'foreign', 'late'];
  const shown = new Map([...codesOfTheService(), ...remarks.map((flag) => [flag, ['a remark']] as const)]);
  const excused = new Set(Object.values(NOT_SHOWN).flat());

  test('are there for every code that can reach the page', () => {
    const missing = [...shown].filter(([code]) => !(code in REASONS.en) && !excused.has(code));
    expect(missing).toEqual([]);
  });

  test('are there in both languages', () => {
    expect(Object.keys(REASONS.zh)).toEqual(Object.keys(REASONS.en));
    for (const words of Object.values(REASONS.zh)) expect(words).toMatch(/\p{Script=Han}.*。$/u);
    for (const words of Object.values(REASONS.en)) expect(words).toMatch(/^\p{Lu}.*\.$/u);
  });

  test('are of codes that the service sends', () => {
    const unused = Object.keys(REASONS.en).filter((code) => !shown.has(code));
    expect(unused).toEqual([]);
  });

  test('carry the figures, and a code that nobody knows points to the detail', () => {
    const cause = { code: 'rate_limited', status: 429, until: '2026-03-10T12:20:00.000Z' };
    expect(reasonWords(cause, 'en')).toBe(
      'The server allows no further requests for now. Status 429. Until 2026-03-10 12:20 UTC.',
    );
    expect(reasonWords(cause, 'zh')).toBe(
      '服务器暂不接受更多请求。状态码 429。恢复时间：2026-03-10 12:20 UTC。',
    );
    const unknown = { code: 'something_new', status: null, until: null };
    expect(reasonWords(unknown, 'zh')).toBe('原因见技术细节。');
    expect(remarkWords('rule:desk-1', 'en')).toBe('Decided by expert rule desk-1.');
    expect(remarkWords('something_new', 'en')).toBe('something_new');
  });

  test('excuse no code that is gone', () => {
    expect([...excused].filter((code) => !shown.has(code) || code in REASONS.en)).toEqual([]);
  });
});

/** Each code with the files it is made in: first arguments of errors and refusals, and what stands as `code: …`. */
function codesOfTheService(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const file of PLACES.flatMap(sourcesBelow)) {
    for (const code of codesIn(file)) found.set(code, [...(found.get(code) ?? []), file]);
  }
  return found;
}

function sourcesBelow(place: string): readonly string[] {
  if (place.endsWith('.ts')) return [place];
  return readdirSync(join(ROOT, place), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(place, name));
}

function codesIn(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const codes: string[] = [];
  const visit = (node: ts.Node): void => {
    codes.push(...codesOf(node, source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return codes;
}

/** What takes the code as its first argument: the errors of ours, and the functions that make one. */
const MAKERS =
  /^(BellwetherError|ConfigError|InvalidDocumentError|UnavailableError|RejectedError|StreamRefusedError|TimeoutError|CancelledError|invalid|super|refused)$/;
/** Names that something else has, too: what is no literal there is no code. */
const SHARED = /^(super|refused)$/;

function codesOf(node: ts.Node, source: ts.SourceFile): readonly string[] {
  if (ts.isPropertyAssignment(node))
    return node.name.getText() === 'code' ? valuesOf(node.initializer, source) : [];
  if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return [];
  const maker = node.expression.getText();
  const [code] = node.arguments ?? [];
  if (code === undefined || !MAKERS.test(maker)) return [];
  const values = valuesOf(code, source);
  return SHARED.test(maker) ? values.filter((value) => /^[a-z_]+$/.test(value)) : values;
}

/** A code that comes from elsewhere, where it was met already. */
const PASSED_ON = /^(code|\w+\.code)$/;

/** What cannot be followed ends in a question mark, and so has no words. */
function valuesOf(code: ts.Expression, source: ts.SourceFile): readonly string[] {
  if (ts.isStringLiteralLike(code)) return [code.text];
  if (ts.isConditionalExpression(code))
    return [code.whenTrue, code.whenFalse].flatMap((branch) => valuesOf(branch, source));
  const words = code.getText();
  // Of the thread that reads feeds and messages.
  if (ts.isTemplateExpression(code) && words.startsWith('`${kind}_'))
    return ['feed', 'eml'].map((kind) => words.slice(1, -1).replace('${kind}', kind));
  const constant = new RegExp(`const ${words} = '(\\w+)'`).exec(source.text)?.[1];
  if (constant !== undefined) return [constant];
  return PASSED_ON.test(words) ? [] : [`${words}?`];
}
