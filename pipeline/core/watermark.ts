/** How far event time may run ahead of what other documents say before it is believed. */
const REACH_MS = 30 * 86_400_000;
/** So many documents within the reach of one another make a time believable. */
const WITNESSES = 3;
/** Lone documents ahead that are remembered; the newest are forgotten first. */
const MAX_LONE = 1_000;

/** How far the event time of a stream has come. */
export interface Watermark {
  /** Milliseconds; null before three documents agree. */
  readonly time: number | null;
  /** The same at the end of a stream; when it has no three that agree, the newest within reach of the first. */
  readonly final: number | null;
  add(times: readonly number[]): void;
}

/**
 * The newest event time that others confirm: a document may move it by 30 days at once, and beyond that only together
 * with two others within 30 days of one another.
 *
 * So one row dated 2099 does not end detection for the rest of a stream, while a stream with a gap goes on. The
 * built-in rules miss nothing by that: they need at least three documents to fire. Order and portions within the stream do not matter.
 */
export function createWatermark(start: number | null = null): Watermark {
  let time = start;
  let lone: number[] = [];
  const take = (at: number) => {
    if (time !== null && at <= time + REACH_MS) time = Math.max(time, at);
    else lone.push(at);
  };
  const settle = () => {
    lone.sort((a, b) => a - b);
    for (let first = 0; first + WITNESSES <= lone.length; first += 1) {
      const last = lone[first + WITNESSES - 1] ?? Infinity;
      if (last - (lone[first] ?? 0) <= REACH_MS) time = Math.max(time ?? last, last);
    }
    // What the new time reaches joins it, one after the other.
    const left = lone;
    lone = [];
    for (const at of left) take(at);
    lone = lone.slice(0, MAX_LONE);
  };
  return {
    get time() {
      return time;
    },
    get final() {
      const [first] = lone;
      if (time !== null || first === undefined) return time;
      return lone.filter((at) => at <= first + REACH_MS).at(-1) ?? null;
    },
    add(times) {
      for (const at of times) take(at);
      if (lone.length > 0) settle();
    },
  };
}
