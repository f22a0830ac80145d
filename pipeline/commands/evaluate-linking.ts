import { resolve } from 'node:path';

import { loadInstruments } from '../../config/reference.js';
import {
  evaluateLinking,
  type LinkingError,
  type LinkingFigures,
  type LinkingReport,
} from '../app/instruments/evaluate-linking.js';
import { indexNames } from '../app/instruments/name-index.js';
import { readLinkingRows, readLinkLabels, type LinkingRow } from '../app/instruments/read-linking-rows.js';
import { loadInstrumentLists } from '../app/understanding.js';
import { createLinker } from '../operators/link-instruments.js';
import { fileOptions, flag, noPositionals, numberOption, textOption } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

export const evaluateLinkingCommand: Command = {
  name: 'evaluate linking',
  summary:
    'Measures which companies are found in texts: precision and recall against entities, labels or expected ids.',
  usage:
    '--set FILE [--set FILE …] [--instruments FILE] [--labels FILE] [--mask-cashtags] [--errors N] [--json]',
  options: {
    set: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      doc: 'Rows (JSON lines, .gz or not) with text and entities, or with expect: [ids], or with id for --labels.',
    },
    instruments: {
      type: 'string',
      value: 'FILE',
      doc: 'A list to use as in instruments.files; only its companies are judged then.',
    },
    labels: {
      type: 'string',
      value: 'FILE',
      doc: '{"id","instruments"} a line: only these rows are read, and this is what they should link to.',
    },
    'mask-cashtags': { type: 'boolean', doc: 'Hide $TICKER, so that only words count.' },
    errors: {
      type: 'string',
      value: 'N',
      doc: 'Show the first N links that are wrong or missed, on stderr.',
    },
    config: CONFIG_OPTIONS.config,
    json: { type: 'boolean', doc: 'The report as one line of JSON.' },
  },
  examples: [
    'bellwether evaluate linking --set test/fixtures/linking/traps.jsonl --errors 20',
    'bellwether evaluate linking --set ../shared/data/labelled/sentfin/dev.jsonl --instruments desk.jsonl --json',
  ],
  async run(args, io) {
    noPositionals(args, 'evaluate linking');
    const config = await configFrom(args, io, { sources: [] });
    const files = fileOptions(args, 'set', io.cwd, 'evaluate linking needs --set FILE with rows to link.');
    const listFile = textOption(args, 'instruments');
    const labelFile = textOption(args, 'labels');
    const own = listFile === null ? null : resolve(io.cwd, listFile);
    const instruments = await loadInstrumentLists([
      ...config.instruments.files,
      ...(own === null ? [] : [own]),
    ]);
    const judged = own === null ? instruments : await loadInstruments(own);
    const labels = labelFile === null ? null : await readLinkLabels(resolve(io.cwd, labelFile));
    const shown = numberOption(args, 'errors', { min: 0, max: 100_000, whole: true }) ?? 0;
    let errors = 0;
    const report = await evaluateLinking(
      readAll(files, labels),
      {
        linker: createLinker(instruments),
        names: indexNames(judged),
        judged: new Set(judged.map(({ id }) => id)),
        maskCashtags: flag(args, 'mask-cashtags'),
      },
      (error) => {
        if (errors++ < shown) io.words(describe(error));
      },
    );
    const named = { set: files.join(','), ...report };
    io.out(flag(args, 'json') ? `${JSON.stringify(named)}\n` : table(report));
    return 0;
  },
};

async function* readAll(
  files: readonly string[],
  labels: ReadonlyMap<string, readonly string[]> | null,
): AsyncGenerator<LinkingRow> {
  for (const file of files) yield* readLinkingRows(file, labels);
}

function describe({ kind, instrument, words, reasons, text }: LinkingError): string {
  const why = kind === 'wrong' ? ` "${words.join('", "')}" (${reasons.join(', ')})` : '';
  return `${kind} ${instrument}${why}: ${text.replace(/\s+/g, ' ').slice(0, 200)}`;
}

function table(report: LinkingReport): string {
  const lines = [
    `rows       ${report.rows}, ${report.exactRows} exact, ${report.unlisted} entities not listed`,
    `links      ${figuresLine(report)}`,
    `           precision ${share(report.precisionWhereLabelled)} without ${report.unlabelledLinks} links that no label speaks of`,
  ];
  if (report.againstTickers !== null) lines.push(`tickers    ${figuresLine(report.againstTickers)}`);
  return `${lines.join('\n')}\n`;
}

function figuresLine({ precision, recall, links, labels }: LinkingFigures): string {
  return `precision ${share(precision)} of ${links} links  recall ${share(recall)} of ${labels} labels`;
}

function share(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}
