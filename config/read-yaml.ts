import { readFile } from 'node:fs/promises';

import { isNode, isScalar, LineCounter, isMap, parseDocument, type Document, type Pair } from 'yaml';

import type { ConfigProblem, LocateLine } from './problems.js';

const MAX_FILE_BYTES = 1_000_000;

export interface YamlFile {
  readonly value: unknown;
  readonly lineOf: LocateLine;
  readonly problems: readonly ConfigProblem[];
}

/** Reads and parses a YAML file. What cannot be read or parsed is a problem, never an exception. */
export async function readYaml(file: string): Promise<YamlFile> {
  let text: string;
  try {
    const bytes = await readFile(file);
    if (bytes.length > MAX_FILE_BYTES) return unreadable('is larger than 1 MB', 'Give a configuration file.');
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    return unreadable(...reasonOf(error));
  }
  return parseYaml(text);
}

export function parseYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf: LocateLine = (path) => lineAt(document, lines, path);
  const problems = document.errors.map((error) => ({
    path: '',
    line: lines.linePos(error.pos[0]).line,
    problem: `is not valid YAML (${error.message.split('\n')[0] ?? ''})`,
    fix: 'Correct the line, or compare with config/default.yaml.',
  }));
  if (problems.length > 0) return { value: {}, lineOf, problems };
  try {
    return { value: document.toJS({ maxAliasCount: 50 }) ?? {}, lineOf, problems };
  } catch {
    return unreadable('refers to itself too often with YAML aliases', 'Write the values out.');
  }
}

function reasonOf(error: unknown): readonly [string, string] {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return ['does not exist', 'Correct the path, or leave --config away for the demo.'];
  if (code === 'EISDIR') return ['is a folder', 'Name a YAML file.'];
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return ['is not UTF-8 text', 'Save it as UTF-8.'];
  return [`cannot be read${code === '' ? '' : ` (${code})`}`, 'Check the path and its permissions.'];
}

function unreadable(problem: string, fix: string): YamlFile {
  return { value: {}, lineOf: () => null, problems: [{ path: '', line: null, problem, fix }] };
}

/** Line of the key or list item of a path; of the closest thing around it when it is missing. */
function lineAt(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isMap(parent)
      ? parent.items.find((item: Pair) => isScalar(item.key) && item.key.value === key)
      : null;
    const node = pair === null || pair === undefined ? document.getIn(path.slice(0, length), true) : pair.key;
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}
