import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createLexiconClassifier } from '../../../../models/lexicon/lexicon-classifier.js';
import { createRemoteClassifier } from '../../../../models/remote/remote-classifier.js';
import type { RemoteHost } from '../../../../models/remote/remote-host.js';
import { UnavailableError } from '../../../../pipeline/core/errors.js';
import type { Classification, ClassifierInput } from '../../../../pipeline/core/model.js';

const lexicon = createLexiconClassifier();

type Answer = (inputs: readonly ClassifierInput[], signal: AbortSignal) => Promise<readonly Classification[]>;

function hostOf(url: string, answer: Answer): RemoteHost {
  return {
    url,
    model: () => Promise.reject(new Error('not asked')),
    classify: (inputs, _model, signal) => answer(inputs, signal),
  };
}

/** A host that takes so long for a text, and notes when it was asked and whether it was told to stop. */
function slowHost(url: string, takesMs: number) {
  const log: string[] = [];
  const host = hostOf(
    url,
    (inputs, signal) =>
      new Promise((resolve, reject) => {
        log.push(`asked ${Math.round(performance.now())}`);
        const timer = setTimeout(() => {
          resolve(lexicon.classify(inputs));
        }, takesMs);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          log.push(`stopped ${Math.round(performance.now())}`);
          reject(new UnavailableError('remote_unavailable', `${url} gave no answer in time.`));
        });
      }),
  );
  return { host, log };
}

describe('a host that has not answered after a third of the time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const on = (hosts: readonly RemoteHost[]) => {
    const told: string[] = [];
    const classifier = createRemoteClassifier({
      model: lexicon.model,
      hosts,
      deadlineMs: 12_000,
      tell: (host, problem) => told.push(problem ?? `${host} is back`),
    });
    const ask = async (): Promise<boolean> => {
      const [answer] = await classifier.classify([{ text: 'Shares plunge', language: 'en' }]);
      return answer?.unanswered !== true;
    };
    return { ask, told };
  };
  const after = async <T>(ms: number, work: Promise<T>): Promise<T> => {
    await vi.advanceTimersByTimeAsync(ms);
    return Promise.race([work, Promise.reject(new Error(`There is nothing after ${ms} ms.`))]);
  };

  it('has the next one beside it, which has the rest of the time: a slow one answers though the first hangs', async () => {
    const [hanging, slow] = [slowHost('hanging', 60_000), slowHost('slow', 7_000)];
    const { ask, told } = on([hanging.host, slow.host]);
    expect(await after(11_000, ask())).toBe(true);
    expect(hanging.log).toEqual(['asked 0', 'stopped 11000']);
    expect(slow.log).toEqual(['asked 4000']);
    // It was overtaken: it rests like one that failed.
    expect(told).toEqual(['hanging gave no answer in time.']);
    expect(await after(7_000, ask())).toBe(true);
    expect(slow.log).toEqual(['asked 4000', 'asked 11000']);
    expect(hanging.log.slice(2)).toEqual(['asked 15000', 'stopped 18000']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('may still be the first to answer, and nobody is blamed', async () => {
    const [first, second] = [slowHost('first', 5_000), slowHost('second', 3_000)];
    const { ask, told } = on([first.host, second.host]);
    expect(await after(5_000, ask())).toBe(true);
    expect([first.log, second.log]).toEqual([['asked 0'], ['asked 4000', 'stopped 5000']]);
    expect(told).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves the text unanswered at the deadline when the others hang too', async () => {
    const hosts = ['one', 'two', 'three', 'four'].map((url) => slowHost(url, 60_000));
    const { ask, told } = on(hosts.map(({ host }) => host));
    expect(await after(12_000, ask())).toBe(false);
    expect(hosts.map(({ log }) => log)).toEqual([
      ['asked 0', 'stopped 12000'],
      ['asked 4000', 'stopped 12000'],
      ['asked 8000', 'stopped 12000'],
      [],
    ]);
    expect(told).toHaveLength(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not keep one that has too much to do from being asked again', async () => {
    const hanging = slowHost('hanging', 60_000);
    const busy = hostOf('busy', (inputs) =>
      performance.now() < 6_000
        ? Promise.reject(new UnavailableError('remote_busy', 'busy', { retriable: false }))
        : lexicon.classify(inputs),
    );
    const { ask, told } = on([hanging.host, busy]);
    expect(await after(6_100, ask())).toBe(true);
    expect(told).toEqual(['hanging gave no answer in time.']);
  });
});
