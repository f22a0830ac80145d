/** Percentiles in the unit of the samples; null without any. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Nearest rank, so that every figure is a sample that was seen. */
export function percentiles(samples: readonly number[]): Percentiles | null {
  if (samples.length === 0) return null;
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

export interface Figure {
  readonly name: string;
  readonly value: number | string | null;
  readonly unit: string;
  /** Largest allowed value, or smallest with `atLeast`. */
  readonly limit?: number;
  readonly atLeast?: boolean;
}

/** Whether a figure keeps its limit; one that was not measured does not. */
export function holds({ value, limit, atLeast }: Figure): boolean {
  if (limit === undefined) return true;
  if (typeof value !== 'number') return false;
  return atLeast === true ? value >= limit : value <= limit;
}

/** The table of a run, for people. */
export function toTable(figures: readonly Figure[]): string {
  const lines = figures.map((figure) => {
    const { name, value, unit, limit, atLeast } = figure;
    const shown = typeof value === 'number' ? round(value) : (value ?? '-');
    const target = limit === undefined ? '' : `${atLeast === true ? '>=' : '<='} ${limit}`;
    const verdict = limit === undefined ? '' : holds(figure) ? 'ok' : 'MISSED';
    return `${name.padEnd(46)}${shown.padStart(14)} ${unit.padEnd(8)}${target.padEnd(12)}${verdict}`.trimEnd();
  });
  return `${lines.join('\n')}\n`;
}

function round(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

/** The value of a metric in Prometheus' text; labels as written there, sums over all that contain them. */
export function metricValue(text: string, name: string, labels = ''): number {
  let sum = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith(name) || !line.includes(labels)) continue;
    if (line[name.length] !== ' ' && line[name.length] !== '{') continue;
    sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}

/** A quantile of a histogram between two scrapes, linear within its bucket. */
export function histogramQuantile(before: string, after: string, name: string, share: number): number | null {
  const buckets = [...after.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\S+)$`, 'gm'))].map(
    (found) => {
      const edge = found[1] ?? '';
      const start = metricValue(before, `${name}_bucket`, `le="${edge}"`);
      return { edge: edge === '+Inf' ? Infinity : Number(edge), count: Number(found[2]) - start };
    },
  );
  const total = buckets.at(-1)?.count ?? 0;
  if (total <= 0) return null;
  const wanted = share * total;
  let below = { edge: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= wanted) {
      if (bucket.edge === Infinity) return below.edge;
      const part = (wanted - below.count) / Math.max(1, bucket.count - below.count);
      return below.edge + part * (bucket.edge - below.edge);
    }
    below = bucket;
  }
  return below.edge;
}
