import { pathWords, type ConfigProblem, type LocateLine } from './problems.js';
import type { Config } from './schema.js';
import { Secret } from './secret.js';

const MIN_KEY_CHARACTERS = 16;
const MIN_KEY_BYTES = 16;
const MIN_PASSWORD_CHARACTERS = 12;

/** Whoever can guess a key can try all names and find whose a pseudonym is, sign what they made up, or read the store. */
export function weakKeys(
  { privacy, sources = [], clickhouse }: Partial<Config>,
  lineOf: LocateLine,
): readonly ConfigProblem[] {
  const signing = sources.flatMap((source, index) =>
    source.type === 'push'
      ? source.secrets.map((key, n) => ({
          key,
          at: ['sources', index, 'secrets', n],
          danger: 'so signatures made with it could be forged',
          weakness: signingWeakness,
        }))
      : [],
  );
  const naming = {
    key: privacy?.authorKey ?? null,
    at: ['privacy', 'authorKey'],
    danger: 'so pseudonyms made with it could be guessed',
    weakness: keyWeakness,
  };
  const reading = {
    key: clickhouse?.listen.enabled === true ? clickhouse.listen.password : null,
    at: ['clickhouse', 'listen', 'password'],
    danger: 'so whoever reaches the port could guess it',
    weakness: (password: string) => textWeakness(password, MIN_PASSWORD_CHARACTERS),
  };
  return [naming, ...signing, reading].flatMap(({ key, at, danger, weakness }) => {
    // A secret that could not be read has a problem of its own.
    const found = key instanceof Secret ? weakness(key.reveal()) : null;
    if (found === null) return [];
    const { is, fix } = found;
    return [{ path: pathWords(at), line: lineOf(at), problem: `${is}, ${danger}`, fix }];
  });
}

interface Weakness {
  readonly is: string;
  readonly fix: string;
}

const keyWeakness = (key: string) => textWeakness(key, MIN_KEY_CHARACTERS);

function textWeakness(text: string, least: number): Weakness | null {
  if (text.length >= least) return null;
  return {
    is: `has fewer than ${least} characters`,
    fix: 'Make one with "openssl rand -hex 24".',
  };
}

/** Node reads Base64 leniently, so `whsec_` and any text would be a key, perhaps of no bytes at all. */
function signingWeakness(key: string): Weakness | null {
  if (!key.startsWith('whsec_')) return keyWeakness(key);
  const text = key.slice('whsec_'.length);
  const bytes = Buffer.from(text, 'base64');
  const fix = 'Make one with "echo whsec_$(openssl rand -base64 24)", or take it whole from the sender.';
  if (bytes.toString('base64') !== text) return { is: 'is not Base64 after "whsec_"', fix };
  if (bytes.length >= MIN_KEY_BYTES) return null;
  return { is: `holds fewer than ${MIN_KEY_BYTES} bytes after "whsec_"`, fix };
}
