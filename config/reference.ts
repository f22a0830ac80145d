import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseCik } from '../pipeline/core/cik.js';
import { ConfigError } from '../pipeline/core/errors.js';
import type { Instrument } from '../pipeline/core/instrument.js';
import { isIsin } from '../pipeline/core/isin.js';
import { SECTOR_IDS, type SectorId } from '../pipeline/core/taxonomy.js';

/** The list that comes with the package, relative to its root. */
export const BUNDLED_INSTRUMENTS = 'config/reference/instruments.jsonl';

/** More problems than this are counted, not shown. */
const MAX_SHOWN = 20;

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day as YYYY-MM-DD')
  .refine((value) => !Number.isNaN(Date.parse(value)), 'is no day of the calendar')
  .nullable();

const validity = { from: day.default(null), to: day.default(null) };

const inOrder = (range: { from: string | null; to: string | null }): boolean =>
  range.from === null || range.to === null || range.from < range.to;

const listing = z
  .strictObject({
    ticker: z.string().regex(/^[A-Z0-9][A-Z0-9.&-]{0,19}$/, 'must be a ticker in capitals, classes as BRK.B'),
    mic: z.string().regex(/^[A-Z0-9]{4}$/, 'must be a market identifier of ISO 10383'),
    ...validity,
  })
  .refine(inOrder, { message: 'from must be before to', path: ['from'] });

const name = z
  .strictObject({
    text: z.string().trim().min(2, 'must have at least two characters').max(120),
    ...validity,
    ambiguous: z.boolean().default(false),
  })
  .refine(inOrder, { message: 'from must be before to', path: ['from'] });

/** A name without dates and without second meaning may be written as a plain string. */
const nameOrText = z.preprocess((value) => (typeof value === 'string' ? { text: value } : value), name);

const instrumentId = z.string().regex(/^[A-Z0-9][A-Z0-9.&-]{0,19}\.[A-Z0-9]{4}$/, 'must be TICKER.MIC');

const cik = z.string().transform((value, context) => {
  const number = parseCik(value);
  if (number === null) context.addIssue('must be a number of the SEC: 1 to 10 digits');
  return number;
});

const instrument = z.strictObject({
  id: instrumentId,
  name: z.string().min(1).max(120),
  nameZh: z.string().min(1).max(60).nullable().default(null),
  sector: z
    .enum(SECTOR_IDS as [SectorId, ...SectorId[]])
    .nullable()
    .default(null),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be two capitals (ISO 3166)'),
  listings: z.array(listing).min(1),
  names: z.array(nameOrText).min(1),
  isin: z.string().refine(isIsin, 'must be an ISIN with the right check digit').nullable().default(null),
  cik: cik.nullable().default(null),
  parent: instrumentId.nullable().default(null),
  peers: z.array(instrumentId).max(20).default([]),
});

/**
 * Reads an instrument list: JSON lines, one `Instrument` a line, empty lines skipped; a name without dates may be
 * a plain string; only `id`, `name`, `country`, `listings` and `names` must be there.
 *
 * Fails with a `ConfigError` that names file, line and field of every problem (the first 20), also of ids that
 * repeat. Memory: the whole list.
 */
export async function loadInstruments(
  path: string = bundledInstrumentsPath(),
): Promise<readonly Instrument[]> {
  const instruments: Instrument[] = [];
  const problems: string[] = [];
  const lineOfId = new Map<string, number>();
  for (const [index, line] of (await readList(path)).split('\n').entries()) {
    if (line.trim() === '') continue;
    const where = `${path}:${index + 1}`;
    const parsed = parseLine(line);
    if ('problems' in parsed) {
      problems.push(...parsed.problems.map((problem) => `${where}: ${problem}`));
      continue;
    }
    const earlier = lineOfId.get(parsed.id);
    if (earlier !== undefined) problems.push(`${where}: id: ${parsed.id} is already on line ${earlier}`);
    lineOfId.set(parsed.id, index + 1);
    instruments.push(parsed);
  }
  if (instruments.length === 0 && problems.length === 0) problems.push(`${path}: the list is empty`);
  if (problems.length > 0) throw invalidList(problems);
  return instruments;
}

/** Where the bundled list lies, from the sources and from `dist` alike. */
export function bundledInstrumentsPath(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return join(folder, BUNDLED_INSTRUMENTS);
    if (folder === dirname(folder)) return resolve(start, 'reference/instruments.jsonl');
  }
}

async function readList(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown reason';
    throw new ConfigError('instruments_unreadable', `Cannot read the instrument list ${path}: ${reason}`, {
      cause,
    });
  }
}

function parseLine(line: string): Instrument | { readonly problems: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { problems: [`not JSON: ${error instanceof Error ? error.message : 'unreadable'}`] };
  }
  const result = instrument.safeParse(value);
  if (result.success) return result.data;
  return {
    problems: result.error.issues.map((issue) => `${issue.path.join('.') || 'line'}: ${issue.message}`),
  };
}

function invalidList(problems: readonly string[]): ConfigError {
  const more = problems.length > MAX_SHOWN ? `\n… and ${problems.length - MAX_SHOWN} more` : '';
  return new ConfigError(
    'instruments_invalid',
    `The instrument list has problems:\n${problems.slice(0, MAX_SHOWN).join('\n')}${more}`,
  );
}
