import { createHmac, timingSafeEqual } from 'node:crypto';

import type { RequestRefusal } from '../../source.js';
import type { PushRequest } from './push-registry.js';

/** How far the sender's clock may be from ours. */
const WINDOW_MS = 5 * 60_000;
const MAX_SIGNATURES = 10;

/** Why a request does not count as sent by who holds the key, in words for the sender. */
export interface SignatureFault {
  readonly code: RequestRefusal;
  readonly detail: string;
}

/** The bytes of a key: a secret in the form of Standard Webhooks (`whsec_` and Base64) or any other text. */
export function signingKey(secret: string): Buffer {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret, 'utf8');
}

/** What a request is worth; `key` is under what the sender would send the same again, as far as it is signed, null without one. */
export type CheckedRequest =
  { readonly fault: SignatureFault } | { readonly fault: null; readonly key: string | null };

/**
 * Without a fault when one of the keys signed exactly this body at about this time: HMAC-SHA256 in the form of Standard Webhooks (`webhook-id`,
 * `webhook-timestamp`, `webhook-signature: v1,BASE64 …` over `id.timestamp.body`) or in the plain one (`x-signature-timestamp`,
 * `x-signature-256: sha256=HEX, …` over `timestamp.body`, or over `timestamp:length:key.body` when an `idempotency-key` is sent,
 * which could otherwise be changed on the way, and which no body can imitate). Times are seconds since 1970, at most 5 minutes from `now` (milliseconds).
 * The comparison takes the same time wherever a signature differs.
 */
export function checkSignature(
  request: PushRequest,
  { keys, now }: { readonly keys: readonly Buffer[]; readonly now: number },
): CheckedRequest {
  const signed = readSigned(request);
  if (signed === null || signed.signatures.length === 0) {
    const detail =
      'The request is not signed. Send webhook-id, webhook-timestamp and webhook-signature, or x-signature-timestamp and x-signature-256.';
    return { fault: { code: 'signature_missing', detail } };
  }
  const sentAt = /^\d{1,12}$/.test(signed.timestamp) ? Number(signed.timestamp) * 1_000 : Number.NaN;
  if (!(Math.abs(now - sentAt) <= WINDOW_MS)) {
    const detail =
      'The timestamp is not within 5 minutes of now. Send seconds since 1970, signed when sent, and set the clock.';
    return { fault: { code: 'timestamp_outside_window', detail } };
  }
  const fits = keys.some((key) => {
    const expected = createHmac('sha256', key).update(signed.prefix).update(request.body).digest();
    return signed.signatures.some(
      (given) => given.length === expected.length && timingSafeEqual(given, expected),
    );
  });
  const detail =
    'The signature does not fit body, timestamp and key. Sign the bytes as they are sent, with the key of this source.';
  if (!fits) return { fault: { code: 'signature_wrong', detail } };
  return { fault: null, key: usableKey(signed.key) };
}

interface Signed {
  readonly timestamp: string;
  /** What is signed in front of the body. */
  readonly prefix: string;
  /** Part of the prefix. */
  readonly key: string | null;
  readonly signatures: readonly Buffer[];
}

function readSigned({ headers }: PushRequest): Signed | null {
  const one = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : null;
  };
  const standard = { id: one('webhook-id'), at: one('webhook-timestamp'), by: one('webhook-signature') };
  if (standard.id !== null && standard.at !== null && standard.by !== null) {
    return {
      timestamp: standard.at,
      prefix: `${standard.id}.${standard.at}.`,
      key: standard.id,
      signatures: signaturesIn(standard.by, { between: ' ', before: 'v1,', encoding: 'base64' }),
    };
  }
  const plain = { at: one('x-signature-timestamp'), by: one('x-signature-256') };
  if (plain.at === null || plain.by === null) return null;
  const key = one('idempotency-key');
  return {
    timestamp: plain.at,
    prefix: key === null ? `${plain.at}.` : `${plain.at}:${key.length}:${key}.`,
    key,
    signatures: signaturesIn(plain.by, { between: ',', before: 'sha256=', encoding: 'hex' }),
  };
}

function signaturesIn(
  header: string,
  form: { readonly between: string; readonly before: string; readonly encoding: 'base64' | 'hex' },
): readonly Buffer[] {
  return header
    .split(form.between, MAX_SIGNATURES)
    .map((part) => part.trim())
    .filter((part) => part.startsWith(form.before))
    .map((part) => Buffer.from(part.slice(form.before.length), form.encoding));
}

function usableKey(key: string | null): string | null {
  return key !== null && /^[\x21-\x7e]{1,200}$/.test(key) ? key : null;
}
