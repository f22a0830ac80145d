import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { pack, unpack } from '../../../../pipeline/app/understand-thread-bytes.js';
import { startUnderstandThread } from '../../../../pipeline/app/understand-thread.js';
import { ENCODER_SETTINGS } from '../../../support/encoder.js';

describe('understand thread', () => {
  it('hands values over in one piece and gets the same ones back', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (values) => {
        const { bytes, lengths } = pack(values);
        expect(unpack(bytes, lengths)).toEqual(values);
      }),
    );
  });

  it('is not there when the sources run uncompiled, so that the caller computes itself', () => {
    const models = { sentiment: 'ngram', directory: null, encoder: ENCODER_SETTINGS };
    const options = { world: 'demo' as const, models, languages: null, instrumentFiles: [] };
    const supervision = {
      passOn: () => Promise.resolve({ key: '', value: new Uint8Array(), kind: 'scored' as const }),
      onRestart: () => undefined,
      onStartFailed: () => undefined,
      onObserved: () => undefined,
      onPassedOn: () => undefined,
    };
    expect(startUnderstandThread(options, supervision)).toBeNull();
  });
});
