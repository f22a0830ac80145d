import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { classifyTexts, type ClassifiedText, type TextToClassify } from '../app/classify-texts.js';
import { createUnderstanding } from '../app/understanding.js';
import { systemClock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import { choiceOption, flag } from './arguments.js';
import type { Command, CommandArguments, CommandIo } from './command.js';
import { MODEL_OPTION, modelsFrom } from './model-option.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

const BATCH = 256;
const MAX_LINE_CHARACTERS = 1_000_000;

export const classifyCommand: Command = {
  name: 'classify',
  summary:
    'Scores texts, one a line: language, sentiment, topics and the companies they speak of. One JSON a line out.',
  usage: '[FILE] [--model M] [--input text|jsonl] [--json]',
  options: {
    config: CONFIG_OPTIONS.config,
    ...MODEL_OPTION,
    input: {
      type: 'string',
      value: 'text|jsonl',
      doc: 'text (default): a text a line. jsonl: documents with text, title, publishedAt, tickers.',
    },
    json: { type: 'boolean', doc: 'JSON lines also on a terminal, where else a short table is shown.' },
  },
  examples: [
    'echo "Apple shares plunge after profit warning" | bellwether classify',
    'bellwether classify headlines.txt --json > scores.jsonl',
  ],
  async run(args, io) {
    const input = await openInput(args, io);
    const config = await configFrom(args, io, { sources: [] });
    const understanding = await createUnderstanding({
      world: 'live',
      models: modelsFrom(args, config),
      languages: null,
      instrumentFiles: config.instruments.files,
    });
    const jsonl = choiceOption(args, 'input', ['text', 'jsonl']) === 'jsonl';
    const parse = jsonl ? parseDocumentLine : parseTextLine;
    const show = flag(args, 'json') || !io.outTty ? (item: ClassifiedText) => JSON.stringify(item) : tableRow;
    const now = new Date(systemClock.now()).toISOString();
    let failed = 0;
    let number = 0;
    let batch: (TextToClassify | { readonly error: string })[] = [];
    const flush = async () => {
      const good = batch.filter((item): item is TextToClassify => !('error' in item));
      const answers = (await classifyTexts(good, understanding))[Symbol.iterator]();
      const lines = batch.map((item) =>
        'error' in item ? JSON.stringify(item) : show(answers.next().value as ClassifiedText),
      );
      if (lines.length > 0) io.out(`${lines.join('\n')}\n`);
      batch = [];
    };
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
    await understanding.close();
    return failed === 0 ? 0 : 1;
  },
};

async function openInput(args: CommandArguments, io: CommandIo): Promise<Readable> {
  const [file, extra] = args.positionals;
  if (extra !== undefined)
    throw new ConfigError(
      'usage',
      `classify reads one FILE; "${extra}" is one too many. Quote a text and pipe it in.`,
    );
  if (file === undefined) return io.stdin;
  const stream = createReadStream(resolve(io.cwd, file));
  await new Promise<void>((open, fail) => {
    stream.once('open', () => {
      open();
    });
    stream.once('error', (error) => {
      fail(
        new ConfigError(
          'usage',
          `${file} cannot be read: ${error.message}. classify reads texts from a file or from standard input.`,
        ),
      );
    });
  });
  return stream;
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

function tableRow({ text, language, sentiment, topics, mentions }: ClassifiedText): string {
  const sign = sentiment.polarity < 0 ? '−' : '+';
  const polarity = `${sign}${Math.abs(sentiment.polarity).toFixed(2)}`;
  const names = mentions.map((item) => item.instrument).join(' ');
  return `${sentiment.label.padEnd(8)} ${polarity}  ${language}  ${(topics[0]?.topic ?? '').padEnd(18)} ${names.slice(0, 30).padEnd(20)} ${text.slice(0, 90)}`;
}
