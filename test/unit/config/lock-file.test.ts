import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface LockedPackage {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8')) as unknown;

describe('package-lock.json', () => {
  const { packages } = read('package-lock.json') as { packages: Record<string, LockedPackage> };

  it('agrees with package.json, or a fresh clone cannot be set up', () => {
    const declared = read('package.json') as LockedPackage;
    expect(packages['']?.dependencies).toEqual(declared.dependencies);
    expect(packages['']?.optionalDependencies).toEqual(declared.optionalDependencies);
  });

  it('holds the optional packages of every platform, or `npm ci` refuses the lock file', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});
