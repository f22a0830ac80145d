import { readFileSync } from 'node:fs';

import type { Delivery } from '../../ingest/source.js';
import { createDemoSource } from '../../ingest/sources/demo/demo.js';
import type { Clock } from '../../pipeline/core/clock.js';
import type { RawDocument } from '../../pipeline/core/document.js';
import type { Instrument } from '../../pipeline/core/instrument.js';

export const demoInstruments = readFileSync(
  new URL('../../config/reference/demo-instruments.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Instrument);

/** A clock that jumps to the end of each sleep. */
export function jumpingClock(start: number): Clock & { set(time: number): void } {
  let time = start;
  return {
    now: () => time,
    monotonic: () => time,
    sleep: (ms) => {
      time += ms;
      return Promise.resolve();
    },
    set: (value) => {
      time = value;
    },
  };
}

export interface DemoRunResult {
  readonly documents: readonly RawDocument[];
  readonly deliveries: readonly Delivery[];
  readonly cursors: Map<string, string>;
}

/** Runs the demo from `start` until the first delivery after `until`, with the cursors of an earlier run. */
export async function runDemo(options: {
  readonly start: number;
  readonly until: number;
  readonly seed?: number;
  readonly cursors?: Map<string, string>;
}): Promise<DemoRunResult> {
  const clock = jumpingClock(options.start);
  const cursors = new Map(options.cursors ?? []);
  const deliveries: Delivery[] = [];
  const abort = new AbortController();
  const source = createDemoSource({
    seed: options.seed ?? 1,
    clock,
    instruments: demoInstruments,
    readCursor: (name) => Promise.resolve(cursors.get(name) ?? null),
  });
  await source.run((delivery) => {
    deliveries.push(delivery);
    for (const { name, value } of delivery.cursors) cursors.set(name, value);
    if (clock.now() > options.until) abort.abort();
    return Promise.resolve();
  }, abort.signal);
  return { documents: deliveries.flatMap(({ documents }) => documents), deliveries, cursors };
}
