import type { Config } from '../../config/schema.js';
import type { Source } from '../../ingest/source.js';
import { createPushRegistry } from '../../ingest/sources/push/push-registry.js';
import { PUSH_PATH } from '../../ingest/sources/push/push-route.js';
import { escapeControls } from '../app/dead-letters-text.js';
import { createSourceMaker } from '../app/source-life/source-maker.js';
import { trySource, type Trial, type TrialListener } from '../app/source-life/try-source.js';
import type { ConfiguredSource } from '../app/sources/source-kit.js';
import { loadAllInstruments } from '../app/understanding.js';
import { systemClock } from '../core/clock.js';
import type { RawDocument } from '../core/document.js';
import type { Instrument } from '../core/instrument.js';
import { ConfigError } from '../core/errors.js';
import { documentText } from '../core/scored.js';
import { detectLanguage } from '../operators/detect-language.js';
import { filersOf } from '../operators/find-filers.js';
import { createLinker, type Linker } from '../operators/link-instruments.js';
import { silentLogger } from '../telemetry/logger.js';
import { flag } from './arguments.js';
import type { Command, CommandIo } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';
import { sourceName } from './source-name.js';

/** Longer than any fetch may take, so that a slow one says itself how slow it is. */
const DEADLINE_MS = 35_000;
const MOST_DOCUMENTS = 5;
const MOST_REJECTED = 10;
const MOST_CHARACTERS = 160;

export const sourcesTestCommand: Command = {
  name: 'sources test',
  summary:
    'Tries a source of the configuration without a service: what comes first, what is not taken and why. Stores nothing and moves nothing, here or at the other side (of X only the rules are read); 35 s at most.',
  usage: 'NAME [--config FILE] [--json]',
  options: { config: CONFIG_OPTIONS.config, json: { type: 'boolean', doc: 'One line of JSON.' } },
  examples: ['bellwether sources test fed-press --config config/live.yaml'],
  async run(args, io) {
    const id = sourceName(args, 'sources test');
    const config = await configFrom(args, io);
    const entry = findEntry(config, id);
    const instruments = await loadAllInstruments({
      world: entry.type === 'demo' ? 'demo' : 'live',
      instrumentFiles: config.instruments.files,
    });
    const trial = await trySource({
      make: (tell) => makeForTrial(config, entry, instruments, tell),
      clock: systemClock,
      deadlineMs: DEADLINE_MS,
      signal: io.signal,
    });
    const shown = show(entry, trial, createLinker(instruments));
    if (flag(args, 'json')) io.out(`${JSON.stringify(shown)}\n`);
    else say(shown, io);
    return trial.ok ? 0 : 1;
  },
};

/** Nothing of an installation is open: no cursor is read and none is written. */
function makeForTrial(
  config: Config,
  entry: ConfiguredSource,
  instruments: readonly Instrument[],
  { rejected, waitsAt }: TrialListener,
): Source {
  const push = createPushRegistry();
  const make = createSourceMaker({
    config,
    clock: systemClock,
    logger: silentLogger,
    readCursor: () => Promise.resolve(null),
    instruments,
    gaps: { recordForeign: () => undefined },
    push: {
      ...push,
      open: (name, receiver) => {
        waitsAt(`POST ${PUSH_PATH.replace(':name', name)}`);
        return push.open(name, receiver);
      },
    },
    onRejected: (_type, item) => {
      rejected(item);
    },
    trial: true,
  });
  return make(entry);
}

function findEntry({ sources }: Config, id: string): ConfiguredSource {
  const entry = sources.find((source) => source.id === id);
  if (entry !== undefined) return entry;
  const known = sources.map((source) => source.id).join(', ');
  throw new ConfigError(
    'unknown_source',
    `The configuration has no source ${id}. ${known === '' ? 'It names none; give a file with --config.' : `It names ${known}.`}`,
  );
}

type Shown = ReturnType<typeof show>;

function show(entry: ConfiguredSource, trial: Trial, linker: Pick<Linker, 'link'>) {
  const newest = [...trial.documents]
    .sort((one, other) => other.publishedAt.localeCompare(one.publishedAt))
    .slice(0, MOST_DOCUMENTS);
  const { lastContactAt } = trial.status;
  return {
    id: entry.id,
    type: entry.type,
    ok: trial.ok,
    sentence: trial.sentence,
    tookMs: Math.round(trial.tookMs),
    contactAt: lastContactAt === null ? null : new Date(lastContactAt).toISOString(),
    documents: trial.documents.length,
    newest: newest.map((document) => describe(document, linker)),
    notTaken: Math.max(trial.rejected.length, trial.unreadable),
    reasons: trial.rejected
      .slice(0, MOST_REJECTED)
      .map(({ place, code, message }) => ({ place, code, message })),
  };
}

function describe(document: RawDocument, linker: Pick<Linker, 'link'>) {
  const { publishedAt, action, title, tickers, source } = document;
  const text = documentText(document);
  const language = detectLanguage(text, document.language);
  const filers = filersOf(document);
  const links = linker.link({ text, language, tickers, filers, publishedAt, kind: source.kind });
  return {
    publishedAt,
    action,
    language,
    title: (title ?? text).slice(0, MOST_CHARACTERS),
    hints: tickers,
    companies: links.filter(({ relevance }) => relevance > 0).map(({ instrument }) => instrument),
  };
}

function say(shown: Shown, io: CommandIo): void {
  const { id, type, newest, notTaken, reasons } = shown;
  io.out(`${id} (${type}), ${(shown.tookMs / 1_000).toFixed(1)} s. ${oneLine(shown.sentence)}\n`);
  io.out(`  contact    ${shown.contactAt ?? 'none'}\n`);
  io.out(
    `  documents  ${shown.documents}${shown.documents > newest.length ? `, the newest ${newest.length}:` : ''}\n`,
  );
  for (const { publishedAt, action, language, title, hints, companies } of newest) {
    const about = [...companies, ...hints.map((hint) => `hint ${hint}`)].join(', ');
    io.out(`    ${publishedAt}  ${language}  ${action === 'add' ? '' : `${action}: `}${oneLine(title)}\n`);
    if (about !== '') io.out(`      ${oneLine(about)}\n`);
  }
  io.out(`  not taken  ${notTaken}${notTaken > reasons.length ? `, the first ${reasons.length}:` : ''}\n`);
  for (const { place, message } of reasons) io.out(`    ${oneLine(place)}: ${oneLine(message)}\n`);
}

function oneLine(text: string): string {
  return escapeControls(text).replace(/\s+/g, ' ').slice(0, 500);
}
