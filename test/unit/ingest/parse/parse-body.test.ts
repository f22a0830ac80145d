import { describe, expect, it } from 'vitest';

import { MAX_BODY_ITEMS, parseBody } from '../../../../ingest/parse/parse-body.js';
import { leastProcessorMs } from '../../../support/processor-time.js';

const bytes = (text: string) => Buffer.from(text);

describe('parseBody', () => {
  it('takes an object, an array and lines, and gives a reason for a line that is none', () => {
    expect(parseBody(bytes('{"a":1}'), false)).toEqual([{ value: { a: 1 } }]);
    expect(parseBody(bytes('[{"a":1},2]'), false)).toEqual([{ value: { a: 1 } }, { value: 2 }]);
    expect(parseBody(bytes('{"a":1}\n\n{"a"}\n'), false)).toEqual([
      { value: { a: 1 } },
      { error: expect.objectContaining({ code: 'bad_json' }) as unknown },
    ]);
  });

  it.each([
    ['an array', `[${'1,'.repeat(MAX_BODY_ITEMS)}1]`],
    ['lines', '{"a":1}\n'.repeat(MAX_BODY_ITEMS + 1)],
  ])('refuses too many items with their number: %s', (_, text) => {
    expect(() => parseBody(bytes(text), false)).toThrow(/has 20001 documents; at most 20000/);
  });

  it('counts lines before it reads them: 4 MB of broken ones take at most 500 ms', async () => {
    const body = bytes('{"}\n'.repeat(1_000_000));
    const refuse = () => {
      expect(() => parseBody(body, true)).toThrow(/too many|at most 20000/);
    };
    expect(await leastProcessorMs(refuse, { runs: 2 })).toBeLessThan(500);
  });
});
