import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';

import { webUrl } from '../../ingest/parse/identity.js';
import { MAX_FEED_BYTES } from '../../ingest/parse/read-feed-bytes.js';
import {
  createParseThread,
  type FeedAnswer,
  type ParseThread,
} from '../../ingest/parse-thread/parse-thread.js';
import { ConfigError } from '../core/errors.js';
import { flag, textOption } from './arguments.js';
import type { Command, CommandArguments } from './command.js';

/** As many as a sitemap may have; a feed with more is no feed for people. */
const MAX_ITEMS = 50_000;
/** Files of /proc and the like do not know their size. */
const LEAST_ROOM = 65_536;

export const parseFeedCommand: Command = {
  name: 'parse-feed',
  summary:
    'Reads feed files of any format and shows their items, or why there are none: RSS, Atom, CDF, JSON Feed, sitemaps.',
  usage: 'FILE… [--base-url U] [--zone +08:00] [--json]',
  options: {
    'base-url': { type: 'string', value: 'U', doc: 'Where the feed was found; relative links start there.' },
    zone: {
      type: 'string',
      value: '±HH:MM',
      doc: 'Zone of times that name none; without it they are left out.',
    },
    json: { type: 'boolean', doc: 'One line of JSON for each file.' },
  },
  examples: ['bellwether parse-feed feed.xml', 'bellwether parse-feed --json feeds/*.xml > items.jsonl'],
  async run(args, io) {
    if (args.positionals.length === 0) {
      throw new ConfigError('usage', 'parse-feed needs at least one FILE.');
    }
    const settings = settingsFrom(args);
    const show = flag(args, 'json') ? jsonLine : words;
    const thread = createParseThread();
    let failed = false;
    try {
      for (const file of args.positionals) {
        if (io.signal.aborted) return 1;
        const answer = await readFile(resolve(io.cwd, file), thread, settings);
        failed ||= !answer.ok;
        io.out(`${show(file, answer)}\n`);
      }
    } finally {
      await thread.close();
    }
    return failed ? 1 : 0;
  },
};

interface Settings {
  readonly baseUrl: string | null;
  readonly zone: string | null;
}

function settingsFrom(args: CommandArguments): Settings {
  const base = textOption(args, 'base-url');
  const baseUrl = base === null ? null : webUrl(base);
  if (base !== null && baseUrl === null) {
    throw new ConfigError('usage', `--base-url takes an http(s) address, not "${base}".`);
  }
  const zone = textOption(args, 'zone');
  if (zone !== null && !/^[+-]\d{2}:\d{2}$/.test(zone)) {
    throw new ConfigError('usage', `--zone takes an offset such as +08:00, not "${zone}".`);
  }
  return { baseUrl, zone };
}

async function readFile(path: string, thread: ParseThread, settings: Settings): Promise<FeedAnswer> {
  const file = await readStart(path);
  if ('code' in file) return { ok: false, ...file };
  const answer = await thread.readFeed({
    bytes: file.bytes,
    contentType: null,
    context: { ...settings, maxItems: MAX_ITEMS, hostile: 'ignore' },
  });
  if (!answer.ok || file.whole) return answer;
  const warning = `Only the first ${MAX_FEED_BYTES / 1_048_576} MiB of the file were read.`;
  return { ...answer, warnings: [...answer.warnings, warning] };
}

type FileStart =
  | { readonly bytes: Uint8Array<ArrayBuffer>; readonly whole: boolean }
  | { readonly code: string; readonly message: string };

/** The bytes of a file, at most as many as a feed may have. */
async function readStart(path: string): Promise<FileStart> {
  try {
    const found = await stat(path);
    if (found.isDirectory())
      return { code: 'file_unreadable', message: 'This is a folder. Name the files in it.' };
    if (!found.isFile())
      return { code: 'file_unreadable', message: 'This is no file but a device, pipe or socket.' };
    // Whoever puts a pipe in its place meanwhile holds nobody up.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const room = new Uint8Array(Math.min(MAX_FEED_BYTES, Math.max(found.size, LEAST_ROOM)));
    const length = await fill(room, handle).finally(() => handle.close());
    return { bytes: room.subarray(0, length), whole: length === found.size || length < room.length };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { code: 'file_unreadable', message: `The file cannot be read: ${detail}.` };
  }
}

/** Reads until the end or until there is no room; answers how much came. */
async function fill(room: Uint8Array, handle: FileHandle): Promise<number> {
  let length = 0;
  while (length < room.length) {
    const { bytesRead } = await handle.read(room, length, room.length - length, null);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

function jsonLine(file: string, answer: FeedAnswer): string {
  if (!answer.ok) {
    const { code, message } = answer;
    const nothing = {
      format: null,
      version: null,
      encoding: null,
      title: null,
      language: null,
      schedule: null,
    };
    const none = { items: [], retracted: [], warnings: [] };
    return JSON.stringify({ file, ok: false, ...nothing, ...none, error: { code, message } });
  }
  const { feed, encoding, warnings } = answer;
  const { format, version, title, language, schedule, truncated, late, items } = feed;
  return JSON.stringify({
    file,
    ok: true,
    format,
    version,
    encoding,
    title,
    language,
    schedule,
    truncated,
    late,
    items,
    retracted: feed.withdrawn.map(({ nativeId, at }) => ({ nativeId, retractedAt: at })),
    warnings,
    error: null,
  });
}

function words(file: string, answer: FeedAnswer): string {
  if (!answer.ok) return `${file}: ${answer.message}`;
  const { feed, encoding, warnings } = answer;
  const title = feed.title === null ? '' : ` "${feed.title.slice(0, 80)}"`;
  const { items, withdrawn } = feed;
  const retracted = withdrawn.length === 0 ? '' : `, ${withdrawn.length} retracted`;
  const head = `${file}: ${feed.format} in ${encoding},${title} ${items.length} items${retracted}`;
  const lines = [
    ...items.map((item) => line(item.publishedAt, item.title ?? item.text.slice(0, 80))),
    ...withdrawn.map(({ nativeId, at }) => line(at, `retracted: ${nativeId.slice(0, 200)}`)),
  ];
  return [head, ...lines, ...warnings.map((warning) => `  ! ${warning}`)].join('\n');
}

function line(time: string | null, what: string): string {
  return `  ${(time ?? '(no time)').padEnd(24)} ${what}`;
}
