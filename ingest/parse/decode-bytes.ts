import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

/** What the bytes 0x80 … 0x9f mean in windows-1252; five mean nothing. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/**
 * Decodes bytes by a label of TextDecoder; null when they do not fit it, unless `loose` puts U+FFFD where they do not.
 * Throws RangeError for a label that nobody knows.
 */
export function decodeBytes(bytes: Uint8Array, label: string, how: 'strict' | 'loose'): string | null {
  const decoder = decoderOf(label, how);
  // An error costs more than the rest of a short row.
  if (how === 'strict' && decoder.encoding === 'utf-8' && !isUtf8(bytes)) return null;
  try {
    const text = decoder.decode(bytes);
    // Node 20 leaves these as the controls of ISO 8859-1.
    if (decoder.encoding !== 'windows-1252') return text;
    return text.replace(/[\u0080-\u009f]/g, (char) => WINDOWS_1252.charAt(char.charCodeAt(0) - 0x80));
  } catch (error) {
    // What a decoder remembers of bytes that it refused is not said anywhere.
    DECODERS[how].delete(label);
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** To make one costs more than to decode a row. */
const DECODERS = { strict: new Map<string, TextDecoder>(), loose: new Map<string, TextDecoder>() };
/** There are some 40 encodings, but labels come from outside in any letters. */
const MAX_DECODERS = 100;

function decoderOf(label: string, how: 'strict' | 'loose'): TextDecoder {
  const decoders = DECODERS[how];
  const known = decoders.get(label);
  if (known !== undefined) return known;
  const decoder = new TextDecoder(label, { fatal: how === 'strict' });
  if (decoders.size < MAX_DECODERS) decoders.set(label, decoder);
  return decoder;
}
