import { open, truncate } from 'node:fs/promises';
import { logDamaged } from './log-errors.js';

// LMDB trusts its file and ends the process (SIGSEGV, SIGBUS) on one that is cut or foreign, so the two header
// pages are read here first. Offsets are of LMDB data version 2 on 64-bit machines, which is what `lmdb` 3 writes.
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const MAGIC_AT = 24;
const VERSION_AT = 28;
const PAGE_SIZE_AT = 48;
const LAST_PAGE_AT = 144;
const TRANSACTION_AT = 152;
const HEADER_BYTES = 160;

interface Header {
  readonly pageSize: number;
  readonly lastPage: number;
  readonly transaction: number;
}

/**
 * Looks at the file before LMDB does: `missing` (or empty), `sound`, or `short`.
 *
 * A short file ends before the last page it names. That is damage, unless those pages are unused, so it is
 * filled up with zeros (which LMDB answers with an error instead of ending the process) and every record has to
 * be read once. Throws `log_damaged` for anything that is no LMDB file.
 */
export async function checkLogFile(file: string): Promise<'missing' | 'sound' | 'short'> {
  const opened = await openOrNull(file);
  if (opened === null) return 'missing';
  let neededBytes: number;
  let size: number;
  try {
    size = (await opened.stat()).size;
    if (size === 0) return 'missing';
    const first = parseHeader(file, await readAt(opened, 0));
    const second = parseHeader(file, await readAt(opened, first.pageSize));
    const newest = second.transaction > first.transaction ? second : first;
    neededBytes = (newest.lastPage + 1) * first.pageSize;
  } finally {
    await opened.close();
  }
  if (size >= neededBytes) return 'sound';
  await truncate(file, neededBytes);
  return 'short';
}

async function openOrNull(file: string) {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function readAt(opened: Awaited<ReturnType<typeof open>>, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await opened.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, position);
  return buffer.subarray(0, bytesRead);
}

function parseHeader(file: string, bytes: Buffer): Header {
  if (bytes.length < HEADER_BYTES) throw logDamaged(file, 'it ends within its header');
  if (bytes.readUInt32LE(MAGIC_AT) !== MAGIC)
    throw logDamaged(file, 'its header is not that of an LMDB file');
  const version = bytes.readUInt16LE(VERSION_AT);
  if (version !== DATA_VERSION) throw logDamaged(file, `its LMDB data version is ${version}`);
  const pageSize = bytes.readUInt32LE(PAGE_SIZE_AT);
  if (pageSize < 512 || pageSize > 65_536) throw logDamaged(file, `its page size reads ${pageSize}`);
  return {
    pageSize,
    lastPage: Number(bytes.readBigUInt64LE(LAST_PAGE_AT)),
    transaction: Number(bytes.readBigUInt64LE(TRANSACTION_AT)),
  };
}
