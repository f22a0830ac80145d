import { RejectedError } from '../../../pipeline/core/errors.js';

/** A field of a protobuf message as it stands in the bytes. */
export interface Field {
  readonly number: number;
  /** For lengths, texts and messages the content, a view; for numbers what follows. */
  readonly bytes: Uint8Array;
  /** Of a variable-length number; 0 for the other kinds. */
  readonly value: bigint;
  /** Key and content together, as they would be written again. */
  readonly whole: Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** The fields of a message in their order. Throws RejectedError `model_format` for bytes that are no message. */
export function* readFields(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at];
      if (byte === undefined) break;
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw broken();
  };
  while (at < message.length) {
    const start = at;
    const key = Number(varint());
    const kind = key & 7;
    const value = kind === VARINT || kind === LENGTH ? varint() : 0n;
    const begin = at;
    at += sizeOf(kind, value);
    if (at > message.length) throw broken();
    yield {
      number: key >>> 3,
      bytes: message.subarray(begin, at),
      value: kind === VARINT ? value : 0n,
      whole: message.subarray(start, at),
    };
  }
}

function sizeOf(kind: number, length: bigint): number {
  switch (kind) {
    case VARINT:
      return 0;
    case FIXED64:
      return 8;
    case FIXED32:
      return 4;
    case LENGTH:
      if (length <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(length);
      throw broken();
    default:
      throw broken();
  }
}

function broken(): RejectedError {
  return new RejectedError('model_format', 'The bytes of the model are no ONNX file.');
}

/** A field that holds bytes, a text or a message, given in parts. */
export function writeBytes(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  return concat([writeVarint((number << 3) | LENGTH), writeVarint(length), ...parts]);
}

export function writeText(number: number, text: string): Uint8Array {
  return writeBytes(number, new TextEncoder().encode(text));
}

/** A field that holds a number that is not negative. */
export function writeNumber(number: number, value: number): Uint8Array {
  return concat([writeVarint((number << 3) | VARINT), writeVarint(value)]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

function writeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Uint8Array.from([...bytes, rest]);
}
