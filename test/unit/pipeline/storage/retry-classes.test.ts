import { describe, expect, it } from 'vitest';

import { toStoreError } from '../../../../pipeline/storage/sql-session.js';

const engineError = (code: string) => Object.assign(new Error(`Code: ${code}`), { code });

describe('An error of the store is tried again by its class', () => {
  it.each([
    ['no answer', new Error('socket hang up'), 'store_unavailable', true],
    ['a refused connection', engineError('ECONNREFUSED'), 'store_unavailable', true],
    ['too many queries at once', engineError('202'), 'store_unavailable', true],
    ['too many parts', engineError('252'), 'store_unavailable', true],
    ['too few replicas alive', engineError('285'), 'store_unavailable', true],
    ['an earlier write without its quorum', engineError('286'), 'store_unavailable', true],
    ['a write of unknown outcome', engineError('319'), 'store_unavailable', true],
    ['the keeper away', engineError('999'), 'store_unavailable', true],
    ['a full disk', engineError('243'), 'store_full', true],
    ['a query over its time', engineError('159'), 'query_too_slow', false],
    ['a value that cannot be stored', engineError('117'), 'unstorable', false],
    ['a statement that is not understood', engineError('62'), 'store_statement', false],
  ])('%s', (_, error, code, retriable) => {
    expect(toStoreError(error, true)).toMatchObject({ code, retriable });
  });

  it('and a statement without a limit of its own that the server ended for its time', () => {
    expect(toStoreError(engineError('159'), false)).toMatchObject({
      code: 'store_too_slow',
      retriable: true,
    });
  });
});
