import { createHmac } from 'node:crypto';

import type { Config } from '../../config/schema.js';
import type { Masking } from '../../ingest/parse/masking.js';
import type { Store } from '../storage/open-store.js';
import type { Logger } from '../telemetry/logger.js';

type AuthorKeyStore = Pick<Store, 'readAuthorKeys' | 'writeAuthorKeys'>;

/** What ingest does about persons: the key of pseudonyms, and whose texts are masked. */
export function privacyOf(config: Pick<Config, 'privacy'>): {
  readonly authorKey?: string;
  readonly masking: Masking;
} {
  const { authorKey, maskKinds, maskSources } = config.privacy;
  const key = authorKey === null ? {} : { authorKey: authorKey.reveal() };
  return { ...key, masking: { kinds: maskKinds, sources: maskSources } };
}

/** All keys under which somebody may be kept, the present one first. */
export function allAuthorKeys({ privacy }: Pick<Config, 'privacy'>): readonly string[] {
  const present = privacy.authorKey === null ? [] : [privacy.authorKey];
  return [...present, ...privacy.formerAuthorKeys].map((key) => key.reveal());
}

/** Writes down which key the installation uses, and warns when one that it has used is not in the configuration any more. */
export async function noteAuthorKey(
  store: AuthorKeyStore,
  config: Pick<Config, 'privacy'>,
  logger: Pick<Logger, 'warn'>,
): Promise<void> {
  const { authorKey } = config.privacy;
  const known = await store.readAuthorKeys();
  const own = authorKey === null ? [] : [fingerprint(authorKey.reveal())];
  if (own.some((key) => !known.includes(key))) await store.writeAuthorKeys([...known, ...own]);
  const missing = await missingAuthorKeys(store, config);
  if (missing.length === 0) return;
  logger.warn(
    'Authors were named with a privacy.authorKey that is not in the configuration any more: "erase --author" does not find what they wrote then. Name it in privacy.formerAuthorKeys.',
    { fingerprints: missing },
  );
}

/** Fingerprints of the keys that the installation has used and this configuration does not hold. */
export async function missingAuthorKeys(
  store: Pick<AuthorKeyStore, 'readAuthorKeys'>,
  config: Pick<Config, 'privacy'>,
): Promise<readonly string[]> {
  const held = new Set(allAuthorKeys(config).map(fingerprint));
  return (await store.readAuthorKeys()).filter((key) => !held.has(key));
}

/** Tells keys apart and says nothing about them. */
function fingerprint(key: string): string {
  return createHmac('sha256', key).update('bellwether author key').digest('hex').slice(0, 16);
}
