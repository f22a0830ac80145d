/** What the bytes 0x80 … 0x9f mean in windows-1252; five mean nothing. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/**
 * Decodes bytes by a label of TextDecoder; null when they do not fit it, unless `loose` puts U+FFFD where they do not.
 * Throws RangeError for a label that nobody knows.
 */
export function decodeBytes(bytes: Uint8Array, label: string, how: 'strict' | 'loose'): string | null {
  const decoder = new TextDecoder(label, { fatal: how === 'strict' });
  try {
    const text = decoder.decode(bytes);
    // Node 20 leaves these as the controls of ISO 8859-1.
    if (decoder.encoding !== 'windows-1252') return text;
    return text.replace(/[\u0080-\u009f]/g, (char) => WINDOWS_1252.charAt(char.charCodeAt(0) - 0x80));
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
