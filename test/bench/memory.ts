import { setTimeout as sleep } from 'node:timers/promises';

import type { Figure } from './figures.js';
import type { BenchService } from './service-process.js';

const EVERY_MS = 10_000;
const TOLD_EVERY = 30;
/** Caches, pools and compiled code fill up in the first quarter. */
const WARM_UP_SHARE = 0.25;
const SLOPE_LIMIT_MB_AN_HOUR = 5;

interface Sample {
  readonly hours: number;
  readonly rss: number;
  readonly anonymous: number;
}

export interface MemoryWatch {
  /** Ends it; the load took so many seconds, and what came later (the drain) does not count. */
  figures(seconds: number): readonly Figure[];
}

/** Notes the memory of a service every ten seconds, and tells it every five minutes. */
export function watchMemory(service: BenchService, tell: (words: string) => void): MemoryWatch {
  const began = performance.now();
  const samples: Sample[] = [];
  let watching = true;
  void (async () => {
    while (watching) {
      const { rssBytes, anonymousBytes } = service.usage();
      const sample = {
        hours: (performance.now() - began) / 3_600_000,
        rss: rssBytes / 1e6,
        anonymous: anonymousBytes / 1e6,
      };
      samples.push(sample);
      if (samples.length % TOLD_EVERY === 0) tell(describe(sample));
      await sleep(EVERY_MS);
    }
  })();
  return {
    figures(seconds) {
      watching = false;
      const whole = seconds / 3_600;
      const steady = samples.filter(({ hours }) => hours >= whole * WARM_UP_SHARE && hours <= whole);
      const slope = (pick: (sample: Sample) => number) =>
        slopeOf(steady.map((sample) => [sample.hours, pick(sample)] as const));
      const unit = 'MB/h';
      const limit = SLOPE_LIMIT_MB_AN_HOUR;
      return [
        { name: 'hours', value: whole, unit: 'h' },
        { name: 'slope of the resident memory', value: slope(({ rss }) => rss), unit, limit },
        { name: '… without pages of mapped files', value: slope(({ anonymous }) => anonymous), unit, limit },
      ];
    },
  };
}

function describe({ hours, rss, anonymous }: Sample): string {
  return `${(hours * 60).toFixed(0)} min: ${rss.toFixed(0)} MB, ${anonymous.toFixed(0)} MB of it without mapped files`;
}

/** Of the straight line with least squares through points (x, y); NaN for fewer than two. */
export function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (pick: 0 | 1) => points.reduce((sum, point) => sum + point[pick], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const below = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return above / below;
}
