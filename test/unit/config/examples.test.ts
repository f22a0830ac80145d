import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadConfig } from '../../../config/load.js';

const FOLDER = 'config/examples';
const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.yaml'));

/** A value for every variable that the examples name. */
const env = new Proxy<Record<string, string>>({}, { get: () => 'a secret of the tests that is long enough' });

it.each(names)('the example %s loads', async (name) => {
  const { sources } = await loadConfig({ file: join(FOLDER, name), env });
  expect(sources.length).toBeGreaterThan(0);
});
