import { expect, it } from 'vitest';

import { tryChecks, type Check, type Finding } from '../../../../pipeline/app/try-checks.js';

const good = (what: string): Finding => ({ state: 'good', what, detail: 'fine' });
const silent: Check = { what: 'silent', limitMs: 5, run: () => new Promise(() => undefined) };
const LONG_MS = 3_600_000;

it('emits each finding as soon as it is known, and goes on after what throws or never answers', async () => {
  const begun: string[] = [];
  const check = (what: string, run: () => Finding): Check => ({
    what,
    limitMs: LONG_MS,
    run: () => {
      begun.push(what);
      return run();
    },
  });
  const broken = check('broken', () => {
    throw new Error('It is broken.');
  });
  const checks = [check('first', () => good('first')), broken, silent, check('last', () => good('last'))];
  const findings = tryChecks(checks, new AbortController().signal);
  expect((await findings.next()).value).toEqual(good('first'));
  expect(begun).toEqual(['first']);
  const rest: Finding[] = [];
  for await (const finding of findings) rest.push(finding);
  expect(rest).toEqual([
    { state: 'bad', what: 'broken', detail: 'It is broken.' },
    { state: 'bad', what: 'silent', detail: 'nothing is known of it after 0.005 s' },
    good('last'),
  ]);
});

it('ends at once when it is stopped, whatever does not answer', async () => {
  const stop = new AbortController();
  const findings = tryChecks([{ ...silent, limitMs: LONG_MS }], stop.signal);
  const next = findings.next();
  stop.abort();
  await expect(next).rejects.toMatchObject({ code: 'stopped' });
});
