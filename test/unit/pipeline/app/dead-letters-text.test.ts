import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { describeOriginal, escapeControls } from '../../../../pipeline/app/dead-letters-text.js';

const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes).toString('base64');

describe('the original of a dead letter on a terminal', () => {
  it('is its text, Chinese too, with everything that steers a terminal made visible', () => {
    expect(describeOriginal(base64('{"title":"平安银行"}\n\tend'))).toBe('{"title":"平安银行"}\n\tend');
    expect(describeOriginal(base64('a\u001b[2J\u0007\r\u202eb'))).toBe('a\\u{1b}[2J\\u{7}\\u{d}\\u{202e}b');
  });

  it('is the head of its bytes when it is no text, and says when it is gone', () => {
    const shown = describeOriginal(base64(new Uint8Array(300).fill(0xff)));
    expect(shown.split('\n')).toHaveLength(17);
    expect(shown).toMatch(/^00000000 {2}ff ff/);
    expect(shown).toContain('… and 44 more bytes');
    expect(describeOriginal('')).toBe('(removed)');
  });

  it('never holds a control character but line feed and tab', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeControls(text)).not.toMatch(/[^\P{Cc}\n\t]|\p{Cf}|\u2028|\u2029/u);
      }),
    );
  });
});
