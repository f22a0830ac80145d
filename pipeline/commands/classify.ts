import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { classifyTexts, type ClassifiedText, type TextToClassify } from '../app/classify-texts.js';
import { loadRules } from '../app/expert-rules.js';
import { createUnderstanding, type Understanding } from '../app/understanding.js';
import { systemClock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import type { ExplainedText } from '../operators/explain-text.js';
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
  usage: '[FILE] [--model M] [--input text|jsonl] [--explain] [--json]',
  options: {
    config: CONFIG_OPTIONS.config,
    ...MODEL_OPTION,
    input: {
      type: 'string',
      value: 'text|jsonl',
      doc: 'text (default): a text a line. jsonl: documents with text, title, publishedAt, tickers.',
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
    'echo "Losses narrow at Halden Motors" | bellwether classify --explain',
  ],
  readsStdin: true,
  async run(args, io) {
    const input = await openInput(args, io);
    const config = await configFrom(args, io, { sources: [] });
    const understanding = await createUnderstanding({
      world: 'live',
      models: modelsFrom(args, config),
      rules: (await loadRules(config.models.rules)).inForce,
      languages: null,
      instrumentFiles: config.instruments.files,
    });
    const jsonl = choiceOption(args, 'input', ['text', 'jsonl']) === 'jsonl';
    const parse = jsonl ? parseDocumentLine : parseTextLine;
    const show =
      flag(args, 'json') || !io.outTty
        ? (item: ClassifiedText & Explained) => JSON.stringify(item)
        : tableRow;
    const now = new Date(systemClock.now()).toISOString();
    let failed = 0;
    let number = 0;
    let batch: (TextToClassify | { readonly error: string })[] = [];
    const explained = flag(args, 'explain');
    const flush = async () => {
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

interface Explained {
  /** With --explain; null when the model gave no answer. */
  readonly explanation?: Omit<ExplainedText, 'language' | 'model' | 'sentiment' | 'flags'> | null;
}

async function explainAll(
  items: readonly ClassifiedText[],
  { explain }: Pick<Understanding, 'explain'>,
): Promise<readonly (ClassifiedText & Explained)[]> {
  const explained: (ClassifiedText & Explained)[] = [];
  for (const item of items) {
    const found = await explain({ text: item.text, language: item.language });
    if (found === null) explained.push({ ...item, explanation: null });
    else {
      const { method, total, bias, words, sentences, standardError } = found;
      const explanation = { method, total, bias, words, sentences, standardError };
      explained.push({ ...item, explanation });
    }
  }
  return explained;
}

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

/** Words on a terminal; all of them are in the JSON. */
const SHOWN_WORDS = 5;

function tableRow({
  text,
  language,
  sentiment,
  topics,
  mentions,
  explanation,
}: ClassifiedText & Explained): string {
  const names = mentions.map((item) => item.instrument).join(' ');
  const line = `${sentiment.label.padEnd(8)} ${signed(sentiment.polarity)}  ${language}  ${(topics[0]?.topic ?? '').padEnd(18)} ${names.slice(0, 30).padEnd(20)} ${text.slice(0, 90)}`;
  const words = explanation?.words.slice(0, SHOWN_WORDS) ?? [];
  if (words.length === 0) return line;
  const told = words.map(
    ({ word, contribution }) => `${contribution > 0 ? '▼' : '▲'} ${word} ${signed(contribution)}`,
  );
  return `${line}\n         ${told.join('   ')}`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
