/** The original of a dead letter for a terminal: its text when it is text, else the head of its bytes in hex. */
export function describeOriginal(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.byteLength === 0) return '(removed)';
  try {
    return escapeControls(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return hexHead(bytes);
  }
}

/** Nothing in it can move the cursor, ring, or turn the direction of the text; line feeds and tabs stay. */
export function escapeControls(text: string): string {
  return text.replace(
    /[^\P{Cc}\n\t]|[\u2028\u2029]|\p{Cf}|\p{Surrogate}/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

const SHOWN_BYTES = 256;
const A_LINE = 16;

function hexHead(bytes: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.byteLength, SHOWN_BYTES); at += A_LINE) {
    const row = bytes.subarray(at, Math.min(at + A_LINE, SHOWN_BYTES));
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = [...row].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.'));
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(A_LINE * 3)} ${ascii.join('')}`);
  }
  const rest = bytes.byteLength - SHOWN_BYTES;
  return [...lines, ...(rest > 0 ? [`… and ${rest} more bytes`] : [])].join('\n');
}
