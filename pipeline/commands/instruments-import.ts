import { readFile, stat, writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';

import { toDeskRow, type DeskRow } from '../app/instruments/desk-row.js';
import {
  collectInstruments,
  IMPORT_OUTCOMES,
  importInstruments,
  type ImportedRow,
} from '../app/instruments/import-instruments.js';
import { parseCsv } from '../app/instruments/parse-csv.js';
import { writeInstrument } from '../app/instruments/write-instrument.js';
import { parseJson } from '../app/json-fields.js';
import { loadInstrumentLists } from '../app/understanding.js';
import { systemClock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import { flag, numberOption, textOption } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

const MAX_FILE_BYTES = 64 * 1024 * 1024;
const USUAL_SHOWN = 50;

export const instrumentsImportCommand: Command = {
  name: 'instruments import',
  summary:
    "Brings a desk's own list of companies together with the built-in one and writes a list for instruments.files.",
  usage: 'FILE [--output LIST.jsonl] [--show N] [--json]',
  options: {
    config: CONFIG_OPTIONS.config,
    output: {
      type: 'string',
      value: 'LIST.jsonl',
      doc: 'Where the list is written; without it nothing is, and the answer shows what would be.',
    },
    show: { type: 'string', value: 'N', doc: `At most so many rows that need a look (${USUAL_SHOWN}).` },
    json: { type: 'boolean', doc: 'One line of JSON for each row of FILE.' },
  },
  examples: [
    'bellwether instruments import desk.csv',
    'bellwether instruments import desk.csv --output desk-instruments.jsonl   # then: instruments: {files: [desk-instruments.jsonl]}',
  ],
  async run(args, io) {
    const [file, extra] = args.positionals;
    if (file === undefined || extra !== undefined)
      throw new ConfigError('usage', 'instruments import takes one FILE: CSV, or JSON lines (.jsonl).');
    const shown = numberOption(args, 'show', { min: 0, max: 1_000_000, whole: true }) ?? USUAL_SHOWN;
    const config = await configFrom(args, io, { sources: [] });
    const rows = await readDeskRows(resolve(io.cwd, file));
    const known = await loadInstrumentLists(config.instruments.files);
    const imported = importInstruments(rows, known, systemClock.now());
    const output = textOption(args, 'output');
    if (output !== null) {
      const lines = collectInstruments(imported).map((instrument) => `${writeInstrument(instrument)}\n`);
      await writeFile(resolve(io.cwd, output), lines.join(''));
      io.words(
        `${output}: ${lines.length} instruments. Name it in the configuration: instruments: { files: [${output}] }`,
      );
    }
    if (flag(args, 'json')) for (const row of imported) io.out(`${JSON.stringify(toJson(row))}\n`);
    else io.out(table(imported, shown));
    return 0;
  },
};

async function readDeskRows(path: string): Promise<readonly DeskRow[]> {
  const text = await readBounded(path);
  const rows =
    extname(path) === '.csv' || extname(path) === '.tsv'
      ? parseCsv(text).map((row, index) => toDeskRow(row, index + 1))
      : text.split('\n').flatMap((line, index) => {
          if (line.trim() === '') return [];
          const row = parseJson(line);
          if (row !== null) return [toDeskRow(row, index + 1)];
          throw new ConfigError(
            'desk_list_invalid',
            `${path}:${index + 1} is no JSON object. A list is CSV (.csv) or one object a line such as {"ticker":"AAPL","exchange":"NASDAQ","name":"Apple"}.`,
          );
        });
  if (rows.length === 0) throw new ConfigError('desk_list_invalid', `${path} holds no rows.`);
  return rows;
}

async function readBounded(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_FILE_BYTES) return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConfigError('desk_list_unreadable', `${path} cannot be read. Name a CSV or JSON lines file.`, {
      cause,
    });
  }
  throw new ConfigError('desk_list_unreadable', `${path} is larger than 64 MB. Import it in parts.`);
}

function toJson({ row, outcome, instrument, remarks, suggestions }: ImportedRow) {
  return {
    row: row.number,
    ticker: row.ticker,
    name: row.name ?? row.nameZh,
    outcome,
    instrument: instrument?.id ?? null,
    remarks,
    suggestions,
  };
}

function table(imported: readonly ImportedRow[], shown: number): string {
  const counts = IMPORT_OUTCOMES.map(
    (outcome) => `${imported.filter((row) => row.outcome === outcome).length} ${outcome}`,
  );
  const open = imported.filter(({ outcome }) => outcome === 'unmatched' || outcome === 'refused');
  const lines = open.slice(0, shown).map(({ row, outcome, remarks, suggestions }) => {
    const name = [row.ticker, row.name ?? row.nameZh].filter((part) => part !== null).join(' ');
    const why =
      remarks[0] ?? (outcome === 'unmatched' ? 'no such company, and no ticker with exchange to add it' : '');
    const hint = suggestions.length === 0 ? '' : `; did you mean ${suggestions.join(', ')}?`;
    return `${outcome.padEnd(9)}  row ${row.number}  ${name.slice(0, 60)}  ${why}${hint}`;
  });
  if (open.length > shown) lines.push(`… and ${open.length - shown} more (--show N)`);
  return `${[`${imported.length} rows: ${counts.join(', ')}`, ...lines].join('\n')}\n`;
}
