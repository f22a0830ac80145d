import PostalMime, { type Address, type Email } from 'postal-mime';

import { invalid } from './fields.js';
import { digest } from './identity.js';
import { DOCUMENT_LIMITS } from './parse-document.js';
import { parseFeedTime } from './parse-feed-time.js';
import { readableText } from './readable-text.js';

const MAX_DEPTH = 20;
/** Of all parts together; folded lines cost the parser more than their bytes. */
const MAX_HEADER_BYTES = 65_536;
const MAX_HEADER_LINES = 2_000;
/** A line costs the parser 7 µs, however short it is. */
const MAX_LINES = 100_000;
const FEW_LINES = 5_000;
const SHORT_LINE_BYTES = 12;
const LINE_FEED = 0x0a;
const MAX_BOUNDARIES = 2_000;
/** Lists of addresses cost the parser more than all else in a head. */
const MAX_SENDER_BYTES = 4_096;
const SENDER = /^(?:from|sender)\s*:/i;
const RECIPIENT = /^(?:to|cc|bcc|reply-to|delivered-to|return-path)\s*:/i;

/**
 * The fields of a document, as `parseDocument` takes them, from the bytes of a message (RFC 5322).
 *
 * Id is the Message-ID, or a digest of the message where it has none; author the address of the sender, which becomes a pseudonym. HTML is preferred to plain text, as newsletters
 * put their text there, and read as a person would (`readableText`). Attachments and attached messages are left out, and no header but these and List-Id is taken; who received it is not even read. Rejects with
 * InvalidDocumentError for parts nested deeper than 20 or more than 2,000 of them, more than 64 kB or 2,000 lines of headers, a sender of more than 4 kB, and what is no message.
 */
export async function parseEml(bytes: Uint8Array): Promise<Readonly<Record<string, unknown>>> {
  const email = await parse(bytes);
  const header = (key: string) => email.headers.find((line) => line.key === key)?.value.trim() ?? '';
  if (email.headers.length === 0 || (header('date') === '' && email.messageId === undefined))
    throw invalid(
      'bad_eml',
      undefined,
      'This is no mail: it has neither Date nor Message-ID. Save messages as .eml.',
    );
  const sender = addressOf(email.from) ?? addressOf(email.sender);
  const list = header('list-id').slice(0, 200);
  return {
    nativeId: idOf(email, header('date'), sender),
    title: email.subject?.slice(0, DOCUMENT_LIMITS.titleChars),
    text: textOf(email),
    publishedAt: timeOf(header('date')),
    ...(sender === null ? {} : { author: { id: sender } }),
    ...(list === '' ? {} : { extra: { list } }),
  };
}

async function parse(bytes: Uint8Array): Promise<Email> {
  if (countBoundaries(bytes) > MAX_BOUNDARIES)
    throw invalid(
      'bad_eml',
      undefined,
      `The message has more than ${MAX_BOUNDARIES} lines that could begin a part.`,
    );
  const lines = countLines(bytes);
  if (lines > MAX_LINES || (lines > FEW_LINES && bytes.length < lines * SHORT_LINE_BYTES))
    throw invalid(
      'bad_eml',
      undefined,
      `The message has ${lines} lines in ${bytes.length} bytes, more than letters have.`,
    );
  try {
    return await PostalMime.parse(withoutRecipients(bytes), {
      maxNestingDepth: MAX_DEPTH,
      maxHeadersSize: MAX_HEADER_BYTES,
      forceRfc822Attachments: true,
    });
  } catch (cause) {
    const words = cause instanceof Error ? cause.message.slice(0, 200) : '';
    throw invalid('bad_eml', undefined, `The message cannot be read (${words}).`);
  }
}

/** Lines that begin with two hyphens: each may cost the parser a part, however short it is. */
function countBoundaries(bytes: Uint8Array): number {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (
    let at = message.indexOf('\n--');
    at !== -1 && count <= MAX_BOUNDARIES;
    at = message.indexOf('\n--', at + 3)
  )
    count += 1;
  return count;
}

function countLines(bytes: Uint8Array): number {
  let count = 1;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}

/** The message without the fields of its head that name who received it. */
function withoutRecipients(bytes: Uint8Array): Uint8Array {
  const { fields, end } = readHead(bytes);
  if (fields.some((field) => SENDER.test(field) && field.length > MAX_SENDER_BYTES))
    throw invalid('bad_eml', undefined, `The sender takes more than ${MAX_SENDER_BYTES} bytes.`);
  const kept = fields.filter((field) => !RECIPIENT.test(field));
  if (kept.length === fields.length) return bytes;
  return Buffer.concat([Buffer.from(kept.join(''), 'latin1'), bytes.subarray(end)]);
}

/** The fields before the first blank line, each with the lines that are folded under it, a character a byte; and where they end. */
function readHead(bytes: Uint8Array): { readonly fields: readonly string[]; readonly end: number } {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: string[] = [];
  let start = 0;
  let lines = 0;
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
    const line = message.toString('latin1', start, end + 1);
    if (line.trim() === '' && !/^[ \t]/.test(line)) break;
    lines += 1;
    if (lines > MAX_HEADER_LINES)
      throw invalid('bad_eml', undefined, `The message has more than ${MAX_HEADER_LINES} lines of headers.`);
    const folded = /^[ \t]/.test(line) ? fields.pop() : undefined;
    fields.push(`${folded ?? ''}${line}`);
    start = end + 1;
  }
  return { fields, end: start };
}

function addressOf(address: Address | undefined): string | null {
  const [member] = address?.group ?? [];
  const found = address?.address ?? member?.address ?? '';
  return found === '' ? null : found.toLowerCase().slice(0, 500);
}

function idOf(email: Email, date: string, sender: string | null): string {
  const id = (email.messageId ?? '').replace(/^<|>$/g, '').trim();
  if (id !== '') return id.length <= 500 ? id : digest([id]);
  return `eml-${digest([date, sender ?? '', email.subject ?? '', email.html ?? email.text ?? ''])}`;
}

/** Of one of the two, so that the same news is not taken twice. */
function textOf({ html = '', text = '' }: Email): string {
  const useHtml = html.trim() !== '' && html.length <= DOCUMENT_LIMITS.htmlChars;
  return useHtml ? readableText(html) : text;
}

/** What cannot be read goes on as it is: the parser of documents says what is wrong with it. */
function timeOf(date: string): string {
  // RFC 5322 allows remarks in brackets after the zone.
  const time = parseFeedTime(date.replace(/\s*\([^()]{0,60}\)\s*$/, ''), null);
  return time === null ? date : new Date(time.ms).toISOString();
}
