import { InvalidDocumentError } from '../../../pipeline/core/errors.js';
import { readFeedBytes } from '../../../ingest/parse/read-feed-bytes.js';
import { feedCorpus } from '../../support/feeds/corpus.js';
import { piecesOf } from '../target.js';

const MAX_SEED_BYTES = 20_000;
const CONTEXT = { baseUrl: 'https://wire.example/', zone: null, maxItems: 1_000, hostile: 'ignore' } as const;

export const seeds = feedCorpus()
  .map(({ bytes }) => bytes)
  .filter((bytes) => bytes.length < MAX_SEED_BYTES);

export const pieces = piecesOf([
  ...['<', '>', '</', '/>', '&', ';', '"', "'", '=', '<!--', '-->', '<![CDATA[', ']]>', '<?xml ', '?>'],
  ...['<!DOCTYPE a [', ']>', '<!ENTITY x "y">', '&#0;', '&x;', 'xmlns="', 'xml:base="', '<link href="'],
  ...['<item>', '</item>', '<entry>', '</channel>', '<title>', '</title>', '<content type="xhtml">'],
  ...[
    '<at:deleted-entry ref="',
    '<action>retract</action>',
    '<nav>',
    '{',
    '}',
    '[',
    '"items":[',
    '\\',
    '公司',
  ],
]);

export const limitMs = 1_000;

/** Any bytes are read as a feed or refused; what is read has clean texts, links to the web and times that are times. */
export function run(bytes: Uint8Array): void {
  const feed = read(bytes);
  for (const { title, text, url, publishedAt } of feed?.items ?? []) {
    if (/[\u0000\r]/.test(`${title ?? ''}${text}`)) throw new Error('A text has control characters.');
    if (url !== null && !/^https?:\/\//.test(url)) throw new Error('A link leads elsewhere than to the web.');
    checkTime(publishedAt);
  }
  for (const { at } of feed?.withdrawn ?? []) checkTime(at);
}

function read(bytes: Uint8Array) {
  try {
    return readFeedBytes(bytes, null, CONTEXT).feed;
  } catch (error) {
    if (error instanceof InvalidDocumentError) return null;
    throw error;
  }
}

function checkTime(time: string | null): void {
  if (time !== null && Number.isNaN(Date.parse(time))) throw new Error('A time is none.');
}
