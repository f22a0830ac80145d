import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ConfigError } from '../../pipeline/core/errors.js';
import { parseProfile, type DomainProfile } from './profile.js';

/**
 * Reads the profile that stands beside the models. Rejects with ConfigError `domain_profile_missing`, and as `parseProfile`
 * throws. Memory: 1 MB.
 */
export async function loadDomainProfile(directory: string): Promise<DomainProfile> {
  const read = (name: string) =>
    readFile(join(directory, 'domain', name)).catch((cause: unknown) => {
      const words = `The profile of finance words ${join(directory, 'domain', name)} is missing; it comes with the program.`;
      throw new ConfigError('domain_profile_missing', words, { cause });
    });
  return parseProfile((await read('profile.json')).toString('utf8'), await read('weights.bin'));
}
