import { invalid } from './fields.js';

/**
 * Decodes the bytes of a feed by byte order mark, else the charset of the Content-Type, else the XML declaration, else UTF-8.
 * Where the first claim does not fit the bytes the next one is tried; throws InvalidDocumentError when none fits.
 */
export function decodeFeed(bytes: Uint8Array, contentType: string | null): string {
  const tried: string[] = [];
  for (const label of [byteOrder(bytes), charsetOf(contentType), declaredEncoding(bytes), 'utf-8']) {
    if (label === null || tried.includes(label)) continue;
    tried.push(label);
    const text = tryDecode(bytes, label);
    if (text !== null) return text;
  }
  throw invalid('feed_encoding', undefined, `The feed's bytes are not valid ${tried.join(', nor ')}.`);
}

function tryDecode(bytes: Uint8Array, label: string): string | null {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch (error) {
    // TypeError: the bytes do not fit; RangeError: nobody knows the label.
    if (error instanceof TypeError || error instanceof RangeError) return null;
    throw error;
  }
}

/** A mark, or the zeros that a first `<` leaves in UTF-16 without one. */
function byteOrder(bytes: Uint8Array): string | null {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0)) return 'utf-16le';
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c)) return 'utf-16be';
  return null;
}

function charsetOf(contentType: string | null): string | null {
  return /;\s*charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(contentType ?? '')?.[1]?.toLowerCase() ?? null;
}

function declaredEncoding(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  return /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(start)?.[1]?.toLowerCase() ?? null;
}
