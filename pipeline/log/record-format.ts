import { crc32 } from 'node:zlib';
import type { LogRecord } from '../core/log.js';

/** Layout, little endian: version (1 byte), CRC-32 of all that follows (4), append time (8), key length (4), key, value. */
const FORMAT_VERSION = 1;
const CRC_AT = 1;
const TIME_AT = 5;
const KEY_LENGTH_AT = 13;
const KEY_AT = 17;

export interface StoredRecord extends LogRecord {
  /** Milliseconds since the epoch; retention counts from here. */
  readonly appendedAtMs: number;
}

/** Bytes the record takes in the log, without what the index adds. */
export function storedSize(record: LogRecord): number {
  return KEY_AT + Buffer.byteLength(record.key) + record.value.length;
}

export function encodeRecord(record: LogRecord, appendedAtMs: number): Buffer {
  const keyLength = Buffer.byteLength(record.key);
  const bytes = Buffer.allocUnsafe(KEY_AT + keyLength + record.value.length);
  bytes[0] = FORMAT_VERSION;
  bytes.writeDoubleLE(appendedAtMs, TIME_AT);
  bytes.writeUInt32LE(keyLength, KEY_LENGTH_AT);
  bytes.write(record.key, KEY_AT, 'utf8');
  bytes.set(record.value, KEY_AT + keyLength);
  bytes.writeUInt32LE(crc32(bytes.subarray(TIME_AT)), CRC_AT);
  return bytes;
}

/** Null when the bytes are not what was written; the value shares memory with `bytes`. */
export function decodeRecord(bytes: Buffer): StoredRecord | null {
  if (bytes.length < KEY_AT || bytes[0] !== FORMAT_VERSION) return null;
  if (bytes.readUInt32LE(CRC_AT) !== crc32(bytes.subarray(TIME_AT))) return null;
  const valueAt = KEY_AT + bytes.readUInt32LE(KEY_LENGTH_AT);
  return {
    key: bytes.toString('utf8', KEY_AT, valueAt),
    value: bytes.subarray(valueAt),
    appendedAtMs: bytes.readDoubleLE(TIME_AT),
  };
}
