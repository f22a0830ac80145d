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
