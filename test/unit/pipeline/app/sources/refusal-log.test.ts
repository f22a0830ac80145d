import { expect, it } from 'vitest';

import { createRefusalLog } from '../../../../../pipeline/app/sources/refusal-log.js';
import { fakeClock } from '../../../../support/ingest.js';

it('writes one line a minute however the refused requests alternate, with their number', () => {
  const clock = fakeClock('2026-03-02T09:00:00Z');
  const lines: unknown[] = [];
  const refused = createRefusalLog('desk', { clock, logger: { warn: (_, fields) => lines.push(fields) } });
  const faults = [
    { code: 'signature_missing', detail: 'Not signed.' },
    { code: 'signature_wrong', detail: 'Wrong.' },
  ] as const;
  for (let n = 0; n < 60; n += 1) {
    for (const fault of faults) refused(fault);
    clock.advance(1_000);
  }
  expect(lines).toMatchObject([{ source: 'desk', code: 'signature_missing', times: 1 }]);
  refused(faults[1]);
  expect(lines.slice(1)).toMatchObject([{ code: 'signature_wrong', times: 120 }]);
});
