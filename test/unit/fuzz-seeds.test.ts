import { describe, expect, it } from 'vitest';
import { createRandom, mutate, shrink } from '../fuzz/mutate.js';
import { keptSeeds, loadTarget, targetNames, tryInput } from '../fuzz/target.js';

/** Of each target, with a fixed seed; `npm run fuzz` is for more. */
const MUTATIONS = 1_000;
const MAX_BYTES = 50_000;

const names = await targetNames();

describe('what was found by fuzzing, and a little more of it', () => {
  it.each(names)('does not break %s', { timeout: 180_000 }, async (name) => {
    const target = await loadTarget(name);
    const seeds = [...target.seeds, ...(await keptSeeds(`test/fuzz/seeds/${name}`))];
    const random = createRandom(20_261_128);
    const material = { seeds, pieces: target.pieces ?? [], maxBytes: MAX_BYTES };
    for (const bytes of seeds) expect(await tryInput(target, bytes)).toBeNull();
    for (let count = 0; count < MUTATIONS; count += 1) {
      const bytes = mutate(material, random);
      const reason = await tryInput(target, bytes);
      expect([reason, reason === null ? '' : Buffer.from(bytes).toString('latin1')]).toEqual([null, '']);
    }
  });
});

describe('the fuzzer', () => {
  it('makes the same inputs of the same seed, within their limit', () => {
    const material = {
      seeds: [Buffer.from('abc'), Buffer.from('defgh')],
      pieces: [Buffer.from('xyz')],
      maxBytes: 100,
    };
    const made = () => {
      const random = createRandom(7);
      return Array.from({ length: 200 }, () => Buffer.from(mutate(material, random)).toString('hex'));
    };
    expect(made()).toEqual(made());
    expect(new Set(made()).size).toBeGreaterThan(150);
    expect(Math.max(...made().map((hex) => hex.length))).toBeLessThanOrEqual(200);
  });

  it('makes a failure small, and tells throws and slowness from each other', async () => {
    const fails = (bytes: Uint8Array) => Promise.resolve(Buffer.from(bytes).includes('bad'));
    expect(
      Buffer.from(await shrink(Buffer.from(`${'a'.repeat(500)}bad${'b'.repeat(99)}`), fails)).toString(),
    ).toBe('bad');
    const thrown = await tryInput(
      { seeds: [], run: () => Promise.reject(new Error('odd')) },
      Buffer.from(''),
    );
    expect(thrown).toMatch(/^Error: odd/);
    const spin = () => {
      const start = process.cpuUsage();
      while (process.cpuUsage(start).user < 20_000);
    };
    expect(await tryInput({ seeds: [], limitMs: 1, run: spin }, Buffer.from(''))).toMatch(
      /at most 1 are allowed/,
    );
  });
});
