import { createHmac } from 'node:crypto';

import { signingKey } from '../../ingest/sources/push/verify-signature.js';

/** Headers of a request in the form of Standard Webhooks, signed at `at` (milliseconds). */
export function signStandard(
  body: string | Buffer,
  { secret, at, id }: { secret: string; at: number; id: string },
) {
  const timestamp = String(Math.floor(at / 1_000));
  const mac = createHmac('sha256', signingKey(secret))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
}

/** The same in the plain form. */
export function signPlain(
  body: string | Buffer,
  { secret, at, key }: { secret: string; at: number; key?: string },
) {
  const timestamp = String(Math.floor(at / 1_000));
  const prefix = key === undefined ? `${timestamp}.` : `${timestamp}:${key.length}:${key}.`;
  const mac = createHmac('sha256', signingKey(secret)).update(prefix).update(body).digest('hex');
  return {
    'x-signature-timestamp': timestamp,
    'x-signature-256': `sha256=${mac}`,
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
}
