import { describe, expect, it } from 'vitest';

import { trySource, type TrialListener } from '../../../../../pipeline/app/source-life/try-source.js';
import { systemClock } from '../../../../../pipeline/core/clock.js';
import { ConfigError } from '../../../../../pipeline/core/errors.js';
import { rawDocument } from '../../../../support/documents.js';
import { aborted, fakeSource } from '../../../../support/sources.js';

type Work = NonNullable<Parameters<typeof fakeSource>[2]>;

const never = new AbortController().signal;
const ITEM = { sourceId: 'fed', place: 'item 1', code: 'bad_time', field: null, message: 'No time.' };

/** Runs a source that does `work` as a trial with a deadline of 200 ms. */
function attempt(work: Work, signal = never) {
  return trySource({
    make: () => fakeSource('fed', systemClock, work),
    clock: systemClock,
    deadlineMs: 200,
    signal,
  });
}

describe('the trial of a source', () => {
  it('ends at the first delivery, gives up the next, and waits for the source to end', async () => {
    let ended = false;
    const trial = await attempt(async (deliver) => {
      await deliver({ documents: [rawDocument()], cursors: [{ name: 'fed', value: 'x' }] });
      await deliver({ documents: [rawDocument()], cursors: [] }).finally(() => {
        ended = true;
      });
    });
    expect(trial).toMatchObject({ ok: true, sentence: 'It works: 1 document came.', unreadable: 0 });
    expect(trial.documents).toHaveLength(1);
    expect(trial.status.lastContactAt).not.toBeNull();
    expect(ended).toBe(true);
  });

  it('has what the source says after its delivery: what it left out, and that it is degraded', async () => {
    let rejected: TrialListener['rejected'] = () => undefined;
    const trial = await trySource({
      make: (tell) => {
        rejected = tell.rejected;
        return fakeSource('fed', systemClock, async (deliver, signal, become) => {
          await deliver({ documents: [rawDocument()], cursors: [] });
          rejected(ITEM);
          become('degraded', { code: 'feed_cut_off', message: 'The feed is cut off.' });
          await aborted(signal);
        });
      },
      clock: systemClock,
      deadlineMs: 200,
      signal: never,
    });
    expect(trial.rejected).toEqual([ITEM]);
    expect(trial.sentence).toBe('It works: 1 document came. The feed is cut off.');
  });

  it.each<[string, boolean, Work]>([
    [
      'No such host.',
      false,
      (_deliver, signal, become) => (
        become('degraded', { code: 'unreachable', message: 'No such host.' }),
        aborted(signal)
      ),
    ],
    ['Name a topic.', false, () => Promise.reject(new ConfigError('no_topic', 'Name a topic.'))],
    [
      '2 items came, and none of them could be taken.',
      false,
      (deliver) =>
        deliver({
          documents: [],
          cursors: [],
          unreadable: ['a', 'b'].map((key) => ({ key, value: Buffer.from(key) })),
        }),
    ],
    ['It answers and has nothing at present.', true, (deliver) => deliver({ documents: [], cursors: [] })],
    ['It answers and has nothing at present.', true, () => Promise.resolve()],
    ['It is connected; nothing came within 0.2 s.', true, (_deliver, signal) => aborted(signal)],
  ])('says: %s', async (sentence, ok, work) => {
    expect(await attempt(work)).toMatchObject({ ok, sentence, documents: [] });
  });

  it('says where a source waits that fetches nothing', async () => {
    const trial = await trySource({
      make: (tell) => {
        tell.waitsAt('POST /ingest/v1/push/fed');
        return fakeSource('fed', systemClock);
      },
      clock: systemClock,
      deadlineMs: 60_000,
      signal: never,
    });
    expect(trial.ok).toBe(true);
    expect(trial.sentence).toContain(
      'waits for what is sent to POST /ingest/v1/push/fed of a running service',
    );
  });

  it('rejects with a bug, and when it is cancelled', async () => {
    await expect(attempt(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
    await expect(attempt((_deliver, signal) => aborted(signal), AbortSignal.abort())).rejects.toThrow(
      'cancelled',
    );
  });
});
