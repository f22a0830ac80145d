import { describe, expect, it } from 'vitest';
import { BellwetherError } from '../../../../pipeline/core/errors.js';
import { identityOf, parseArtefact } from '../../../../models/ngram/artefact.js';
import { createTinyArtefact } from '../../../support/models.js';

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'nothing thrown';
  } catch (error) {
    if (error instanceof BellwetherError) return error.code;
    throw error;
  }
}

describe('parseArtefact', () => {
  const { manifest, weights } = createTinyArtefact();
  const parse = (changes: object, bytes = weights) =>
    parseArtefact(JSON.stringify({ ...manifest, ...changes }), bytes, 'models/tiny');

  it('reads what the trainer packs', () => {
    expect(parse({}).weights.length).toBe(weights.byteLength);
  });

  it.each([
    ['another format', { format: 'onnx' }],
    ['another version of the features', { featureVersion: 999 }],
    ['a missing label order', { labels: undefined }],
    ['an unknown label', { labels: ['negative', 'neutral', 'bullish'] }],
    ['a label that stands twice', { labels: ['negative', 'neutral', 'neutral'] }],
    ['too few topics', { topics: ['earnings'] }],
    ['a missing head', { heads: manifest.heads.slice(1) }],
    ['too few biases', { heads: manifest.heads.map((head) => ({ ...head, bias: [0] })) }],
    [
      'a table beyond the end',
      { heads: manifest.heads.map((head) => ({ ...head, offset: head.offset + 1 })) },
    ],
  ])('refuses %s', (_, changes) => {
    expect(codeOf(() => parse(changes))).toBe('model_format');
  });

  it('has another identity with other topics, temperatures or weights, and the same with other words about its training', () => {
    const before = identityOf(manifest);
    const heads = manifest.heads.map((head) => ({ ...head, temperature: { news: 0.05, post: 0.05 } }));
    const others = [
      { topics: manifest.topics.toReversed() },
      { heads },
      { weights: { ...manifest.weights, sha256: '0'.repeat(64) } },
    ];
    for (const changes of others) expect(identityOf({ ...manifest, ...changes })).not.toBe(before);
    expect(identityOf({ ...manifest, dev: {}, training: { seed: 9, sets: [] } })).toBe(before);
  });

  it('refuses text that is not JSON, naming the file', () => {
    expect(() => parseArtefact('{', weights, 'models/tiny')).toThrow(
      'models/tiny: model.json is not valid JSON',
    );
  });

  it('refuses a truncated file', () => {
    expect(codeOf(() => parse({}, weights.subarray(0, 100)))).toBe('model_truncated');
  });

  it('refuses a file with one changed byte', () => {
    const changed = Uint8Array.from(weights);
    changed[7] = (changed[7] ?? 0) ^ 1;
    expect(codeOf(() => parse({}, changed))).toBe('model_corrupt');
  });
});
