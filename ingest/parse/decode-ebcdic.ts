/** What the bytes 0x40 … 0xff mean in EBCDIC (code page 037). */
const PRINTABLE =
  ' \u00a0âäàáãåçñ¢.<(+|&éêëèíîïìß!$*);¬-/ÂÄÀÁÃÅÇÑ¦,%_>?øÉÊËÈÍ' +
  'ÎÏÌ`:#@\'="Øabcdefghi«»ðýþ±°jklmnopqrªºæ¸Æ¤µ~stuvwxyz¡¿' +
  'ÐÝÞ®^£¥·©§¶¼½¾[]¯¨´×{ABCDEFGHI\u00adôöòóõ}JKLMNOPQR¹ûüùúÿ\\÷' +
  'STUVWXYZ²ÔÖÒÓÕ0123456789³ÛÜÙÚ\u009f';
const FIRST_PRINTABLE = 0x40;
const CONTROLS: ReadonlyMap<number, string> = new Map([
  [0x05, '\t'],
  [0x0d, '\r'],
  [0x15, '\n'],
  [0x25, '\n'],
]);

/** True for bytes that begin with `<?xm` in EBCDIC, which mainframes still write. */
export function looksEbcdic(bytes: Uint8Array): boolean {
  return bytes[0] === 0x4c && bytes[1] === 0x6f && bytes[2] === 0xa7 && bytes[3] === 0x94;
}

/** Decodes EBCDIC as code page 037; national variants differ in a few signs. */
export function decodeEbcdic(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let from = 0; from < bytes.length; from += 8_192) {
    const chars = Array.from(bytes.subarray(from, from + 8_192), (byte) =>
      byte < FIRST_PRINTABLE ? (CONTROLS.get(byte) ?? ' ') : PRINTABLE.charAt(byte - FIRST_PRINTABLE),
    );
    parts.push(chars.join(''));
  }
  return parts.join('');
}
