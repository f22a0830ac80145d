export interface ParsedMail {
  readonly subject: string;
  readonly to: readonly string[];
  /** ISO 8601 UTC. */
  readonly date: string;
  readonly messageId: string;
  readonly alertId: string | null;
  readonly html: string;
  readonly text: string;
}

interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/**
 * Reads back a mail that `composeMail` made; null when it is not one.
 *
 * It knows the forms that we write (one `multipart/alternative`, UTF-8, base64 or quoted-printable) and no others.
 */
export function parseMail(source: string): ParsedMail | null {
  const mail = parsePart(source.replaceAll('\r\n', '\n'));
  const boundary = /boundary="?([^";\n]+)"?/.exec(mail.headers.get('content-type') ?? '')?.[1];
  const date = Date.parse(mail.headers.get('date') ?? '');
  if (boundary === undefined || Number.isNaN(date)) return null;
  const parts = mail.body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => parsePart(part.replace(/^\n/, '')));
  const bodyOf = (type: string) => {
    const part = parts.find(({ headers }) => headers.get('content-type')?.startsWith(type) === true);
    return part === undefined ? '' : decodeBody(part);
  };
  return {
    subject: decodeWords(mail.headers.get('subject') ?? ''),
    to: addresses(mail.headers.get('to') ?? ''),
    date: new Date(date).toISOString(),
    messageId: mail.headers.get('message-id') ?? '',
    alertId: mail.headers.get('x-alert-id') ?? null,
    html: bodyOf('text/html'),
    text: bodyOf('text/plain'),
  };
}

function parsePart(source: string): Part {
  const end = source.indexOf('\n\n');
  const head = end < 0 ? source : source.slice(0, end);
  const headers = new Map<string, string>();
  for (const line of head.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: end < 0 ? '' : source.slice(end + 2) };
}

function decodeBody({ headers, body }: Part): string {
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8').replaceAll('\r\n', '\n');
  return encoding === 'quoted-printable' ? quotedBytes(body.replace(/=\n/g, '')).toString('utf8') : body;
}

function quotedBytes(text: string): Buffer {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}

/** Encoded words of RFC 2047; the bytes of neighbouring words are joined, because a character may be cut between them. */
function decodeWords(value: string): string {
  return value.replace(/=\?utf-8\?[qb]\?[^?]*\?=(?:\s+=\?utf-8\?[qb]\?[^?]*\?=)*/gi, (run) => {
    const words = [...run.matchAll(/=\?utf-8\?([qb])\?([^?]*)\?=/gi)];
    const bytes = words.map(([, kind, data = '']) =>
      kind?.toLowerCase() === 'b' ? Buffer.from(data, 'base64') : quotedBytes(data.replaceAll('_', ' ')),
    );
    return Buffer.concat(bytes).toString('utf8');
  });
}

function addresses(value: string): readonly string[] {
  return value
    .split(',')
    .map((address) => (/<([^>]*)>/.exec(address)?.[1] ?? address).trim())
    .filter((address) => address !== '');
}
