import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const KAFKA = `${ROOT}/node_modules/node-rdkafka/build/Release/node-librdkafka.node`;
/** Which package of the base's distribution holds a library; null: the C library, which every base has. */
const PACKAGES: Readonly<Record<string, RegExp | null>> = {
  'libssl.so.3': /\blibssl3(t64)?\b/,
  'libcrypto.so.3': /\blibssl3(t64)?\b/,
  'libz.so.1': /\bzlib1g\b/,
  'libstdc++.so.6': /\blibstdc\+\+6(?!\S)/,
  'libgcc_s.so.1': /\blibstdc\+\+6(?!\S)/,
  'libc.so.6': null,
  'libm.so.6': null,
};

describe('The image', () => {
  // Where the Kafka client is not compiled (npm run build:kafka) there is nothing to compare.
  it.skipIf(!existsSync(KAFKA))('installs every library that the compiled Kafka client links', () => {
    const listed = execFileSync('ldd', [KAFKA], { encoding: 'utf8' });
    const needed = [...listed.matchAll(/^\s*(\S+) => (\S+)/gm)].filter(
      ([, , place = '']) => !place.includes('node-rdkafka'),
    );
    expect(needed.map(([, name]) => name)).toContain('libssl.so.3');
    const stages = readFileSync(`${ROOT}/Dockerfile`, 'utf8').split(/^FROM /m);
    for (const variant of ['gpu', 'cpu']) {
      const stage = stages.find((text) => new RegExp(`AS ${variant}$`, 'm').test(text)) ?? '';
      const installed = /apt-get install (.*)/.exec(stage)?.[1] ?? '';
      for (const [, name = ''] of needed) {
        const holder = PACKAGES[name];
        expect(holder, `${name} is linked: say which package holds it`).toBeDefined();
        if (holder) expect(installed, `${variant}: ${name}`).toMatch(holder);
      }
      expect(stage).toContain("require('node-rdkafka')");
    }
  });
});
