/** No document of ours is as large, see `DOCUMENT_LIMITS`; a dead letter, in Base64 and JSON, must fit into one message of the log. */
export const KEPT_BYTES = 1_000_000;

/**
 * What is kept of bytes that nobody can read: all of them, or of more than 1 MB a note with the true length and the beginning.
 *
 * The note keeps the beginning from being taken for the whole: it is not JSON. What is kept is never cut again.
 */
export function keptOriginal(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength <= KEPT_BYTES) return bytes;
  const note = Buffer.from(`(Only the beginning is kept of ${bytes.byteLength} bytes.)\n`);
  return Buffer.concat([note, bytes], KEPT_BYTES);
}
