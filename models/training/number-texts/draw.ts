/** Chances for the generators of texts about figures. */
export interface Draw {
  /** [0, 1). */
  readonly random: () => number;
  /** One of the items, each as likely. */
  readonly one: <T>(items: readonly T[]) => T;
  readonly chance: (probability: number) => boolean;
}

export function createDraw(random: () => number): Draw {
  return {
    random,
    one(items) {
      const item = items[Math.floor(random() * items.length)];
      if (item === undefined) throw new RangeError('There is nothing to draw from.');
      return item;
    },
    chance: (probability) => random() < probability,
  };
}

/** Two different figures: `now` is more or less than `before` by 1 to 90 %, with the decimals that both are written with. */
export interface Change {
  readonly now: number;
  readonly before: number;
  readonly decimals: 0 | 1 | 2;
  /** (now − before) / before, as written. */
  readonly relative: number;
}

/** Figures of [least, most), as likely in each power of ten. */
export function drawChange({ random, one, chance }: Draw, least: number, most: number): Change {
  const decimals = one([0, 1, 1, 2] as const);
  const round = (value: number) => Number(value.toFixed(decimals));
  for (;;) {
    const before = round(least * (most / least) ** random());
    const now = round(
      before * (chance(0.5) ? 1 + 0.01 + 0.9 * random() ** 2 : 1 - 0.01 - 0.85 * random() ** 2),
    );
    if (now > 0 && before > 0 && now !== before)
      return { now, before, decimals, relative: (now - before) / before };
  }
}

/** Writes one amount; a text keeps to one way. */
export type Amount = (value: number, decimals: number) => string;

/** A figure with its name; `good`: more of it is good. */
export interface Measure {
  readonly name: string;
  readonly good: boolean;
  readonly write: Amount;
  readonly change: Change;
}

export function written({ write, change }: Pick<Measure, 'write' | 'change'>): {
  now: string;
  before: string;
} {
  return { now: write(change.now, change.decimals), before: write(change.before, change.decimals) };
}

/** A measure whose two figures also differ as they are written: counts and money are rounded. */
export function drawDifferent(drawMeasure: () => Measure): Measure {
  for (;;) {
    const measure = drawMeasure();
    const { now, before } = written(measure);
    if (now !== before) return measure;
  }
}

/** 1 when the change is good. */
export function signOf({ good, change }: Pick<Measure, 'good' | 'change'>): 1 | -1 {
  return change.relative > 0 === good ? 1 : -1;
}

/** The kinds of sentences, each for a company or for none. */
export interface FigureWriters {
  /** Two figures beside each other. */
  compared(draw: Draw, company: string | null): FigureText;
  /** Two figures and a verb of direction. */
  moved(draw: Draw, company: string | null): FigureText;
  losses(draw: Draw, company: string | null): FigureText;
  /** From profit to loss or back. */
  swung(draw: Draw, company: string | null): FigureText;
  /** One figure: says nothing about the direction, whatever its name. */
  level(draw: Draw, company: string | null): FigureText;
}

export function drawFigureText(draw: Draw, company: string | null, writers: FigureWriters): FigureText {
  const kind = draw.random();
  if (kind < 0.42) return writers.compared(draw, company);
  if (kind < 0.5) return writers.moved(draw, company);
  if (kind < 0.62) return writers.losses(draw, company);
  if (kind < 0.74) return writers.swung(draw, company);
  return writers.level(draw, company);
}

/** What a figure text says and teaches, before it becomes a training row. */
export interface FigureText {
  readonly text: string;
  readonly company: string | null;
  /** 1: good for the holder of the share, −1: bad, 0: neither. */
  readonly sign: -1 | 0 | 1;
  /** −1…1, of the same sign. */
  readonly score: number;
}

/** A larger change is worse or better, up to 0.8. */
export function toFigureText(
  text: string,
  company: string | null,
  sign: -1 | 0 | 1,
  size: number,
): FigureText {
  const score = sign * Math.min(0.8, 0.3 + 0.5 * Math.abs(size));
  return { text, company, sign, score: Number(score.toFixed(2)) };
}
