import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { classifyTexts, type ClassifiedText, type TextToClassify } from '../app/classify-texts.js';
import { loadRules } from '../app/expert-rules.js';
import { createUnderstanding, type Understanding } from '../app/understanding.js';
import { systemClock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import { choiceOption, flag } from './arguments.js';
import { classifiedRows, type Explained } from './classify-table.js';
import type { Command, CommandArguments, CommandIo } from './command.js';
import { MODEL_OPTION, modelsFrom } from './model-option.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

const BATCH = 256;
const MAX_LINE_CHARACTERS = 1_000_000;

export const classifyCommand: Command = {
  name: 'classify',
  summary:
    'Scores texts, one a line: language, sentiment, fact, opinion or rumour, topics and the companies they speak of. One JSON a line out; "classified": false says that the text abstains, as the store keeps it.',
  usage: '[FILE] [--model M] [--input text|jsonl] [--explain] [--json]',
  options: {
    config: CONFIG_OPTIONS.config,
    ...MODEL_OPTION,
    input: {
      type: 'string',
      value: 'text|jsonl',
      doc: 'text: a text a line; the default, which refuses lines of JSON. jsonl: documents with text, title, publishedAt, tickers.',
    },
    explain: {
      type: 'boolean',
      doc: 'Also what each word and sentence added to the score; on a terminal the strongest words.',
    },
    json: { type: 'boolean', doc: 'JSON lines also on a terminal, where else a short table is shown.' },
  },
  examples: [
    'echo "Apple shares plunge after profit warning" | bellwether classify',
    'bellwether classify headlines.txt --json > scores.jsonl',
    'echo "Halden Motors raises its outlook after record orders" | bellwether classify --explain',
  ],
  readsStdin: true,
  async run(args, io) {
    const format = choiceOption(args, 'input', ['text', 'jsonl']);
    const jsonl = format === 'jsonl';
    const input = await openInput(args, io);
    const config = await configFrom(args, io, { sources: [] });
    const understanding = await createUnderstanding({
      world: 'live',
      models: modelsFrom(args, config),
      rules: (await loadRules(config.models.rules)).inForce,
      languages: null,
      instrumentFiles: config.instruments.files,
    });
    const parse = jsonl ? parseDocumentLine : parseTextLine;
    const show =
      flag(args, 'json') || !io.outTty
        ? (item: ClassifiedText & Explained) => JSON.stringify(item)
        : classifiedRows;
    const now = new Date(systemClock.now()).toISOString();
    let failed = 0;
    let number = 0;
    let batch: (TextToClassify | { readonly error: string })[] = [];
    const explained = flag(args, 'explain');
    let looked = format !== null;
    const flush = async () => {
      if (!looked) refuseJson(batch);
      looked = true;
      const good = batch.filter((item): item is TextToClassify => !('error' in item));
      const classified = await classifyTexts(good, understanding);
      const answers = explained ? await explainAll(classified, understanding) : classified;
      const next = answers[Symbol.iterator]();
      const lines = batch.map((item) =>
        'error' in item ? JSON.stringify(item) : show(next.next().value as ClassifiedText & Explained),
      );
      if (lines.length > 0) io.out(`${lines.join('\n')}\n`);
      batch = [];
    };
    try {
      for await (const line of createInterface({ input, crlfDelay: Infinity })) {
        number += 1;
        if (io.signal.aborted) break;
        if (jsonl && line.trim() === '') continue;
        const item = parse(line.slice(0, MAX_LINE_CHARACTERS).toWellFormed(), now);
        if ('error' in item) {
          failed += 1;
          io.words(`Line ${number}: ${item.error}`);
        }
        batch.push(item);
        if (batch.length >= BATCH) await flush();
      }
      await flush();
    } finally {
      await understanding.close();
    }
    return failed === 0 ? 0 : 1;
  },
};

async function explainAll(
  items: readonly ClassifiedText[],
  { explain }: Pick<Understanding, 'explain'>,
): Promise<readonly (ClassifiedText & Explained)[]> {
  const explained: (ClassifiedText & Explained)[] = [];
  for (const item of items) {
    const found = await explain({ text: item.text, language: item.language });
    if (found === null) explained.push({ ...item, explanation: null });
    else {
      const { method, total, bias, words, sentences, standardError, unexplained } = found;
      const overruledBy = overrulers(item);
      explained.push({
        ...item,
        explanation: {
          method,
          total,
          bias,
          words,
          sentences,
          standardError,
          unexplained,
          ...(overruledBy.length === 0 ? {} : { overruledBy }),
        },
      });
    }
  }
  return explained;
}

/** The rules that decided over what the model said of the whole text, which is what an explanation is about. */
function overrulers({ ruled, sentiment, flags }: ClassifiedText): readonly string[] {
  if (ruled === undefined) return [];
  const { negative, neutral, positive } = ruled.model;
  const same =
    negative === sentiment.negative && neutral === sentiment.neutral && positive === sentiment.positive;
  const abstains = flags.includes('unclassified') && !flags.includes('foreign');
  return same && !abstains ? [] : ruled.rules.map(({ id }) => id);
}

async function openInput(args: CommandArguments, io: CommandIo): Promise<Readable> {
  const [file, extra] = args.positionals;
  if (extra !== undefined)
    throw new ConfigError(
      'usage',
      `classify reads one FILE; "${extra}" is one too many. Quote a text and pipe it in.`,
    );
  if (file === undefined) return io.stdin;
  const path = resolve(io.cwd, file);
  const refuse = (problem: string, cause?: unknown) =>
    new ConfigError(
      'usage',
      `${file} cannot be read: ${problem}. Name a file with a text a line, or pipe texts in: echo "Profit rises" | bellwether classify`,
      { cause },
    );
  const found = await stat(path).catch((error: unknown) => {
    throw refuse(problemOf(error, path), error);
  });
  if (found.isDirectory()) throw refuse('it is a folder');
  const stream = createReadStream(path);
  await new Promise<void>((open, fail) => {
    stream.once('open', () => {
      open();
    });
    stream.once('error', (error) => {
      fail(refuse(problemOf(error, path), error));
    });
  });
  return stream;
}

function problemOf(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT' || code === 'ENOTDIR') return `there is no ${path}`;
  if (code === 'EACCES' || code === 'EPERM') return 'you may not read it';
  return error instanceof Error ? error.message : String(error);
}

/** So many lines say what a file holds. */
const LOOKED_AT = 3;

/** Refuses documents that would be read as if their braces and field names were text. */
function refuseJson(batch: readonly (TextToClassify | { readonly error: string })[]): void {
  const texts = batch.flatMap((item) => ('text' in item && item.text.trim() !== '' ? [item.text] : []));
  if (texts.length === 0 || !texts.slice(0, LOOKED_AT).every(isJsonObject)) return;
  throw new ConfigError(
    'usage',
    'These lines are JSON. Add --input jsonl to read them as documents, or --input text to score them as they stand.',
  );
}

function isJsonObject(line: string): boolean {
  if (!line.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function parseTextLine(line: string, now: string): TextToClassify {
  return { text: line, publishedAt: now };
}

function parseDocumentLine(line: string, now: string): TextToClassify | { readonly error: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return {
      error: 'This line is no JSON. With --input jsonl every line is a document such as {"text":"…"}.',
    };
  }
  if (typeof value !== 'object' || value === null)
    return { error: 'This line is no JSON object with "text" or "title".' };
  const { text, title, publishedAt, tickers, language } = value as Record<string, unknown>;
  if (typeof text !== 'string' && typeof title !== 'string')
    return { error: 'The document has neither "text" nor "title" as a string.' };
  if (typeof publishedAt === 'string' && Number.isNaN(Date.parse(publishedAt))) {
    return {
      error: `publishedAt "${publishedAt.slice(0, 40)}" is no time; write it as 2026-03-02T09:00:00Z.`,
    };
  }
  return {
    text: typeof text === 'string' ? text : '',
    title: typeof title === 'string' ? title : null,
    publishedAt: typeof publishedAt === 'string' ? publishedAt : now,
    tickers: Array.isArray(tickers)
      ? tickers.filter((ticker) => typeof ticker === 'string').slice(0, 50)
      : [],
    language: typeof language === 'string' ? language : null,
  };
}
