import type { FigureOrigin, Floor } from './floors.js';
import type { Figure } from './set-figures.js';

/** A line of the release list with what was measured; `value` is null when nobody measured it, and then it has not passed. */
export interface ReleaseCheck extends Floor {
  readonly value: number | null;
  readonly n: number | null;
  readonly passed: boolean;
}

/** Holds the figures against the bounds: what was not measured fails, so that a missing set never lets a model through. */
export function checkRelease(
  figures: ReadonlyMap<string, Figure>,
  floors: readonly Floor[],
): readonly ReleaseCheck[] {
  return floors.map((floor) => {
    const figure = figures.get(floor.figure);
    if (figure === undefined || Number.isNaN(figure.value))
      return { ...floor, value: null, n: null, passed: false };
    const passed = floor.must === 'least' ? figure.value >= floor.bound : figure.value <= floor.bound;
    return { ...floor, value: figure.value, n: figure.n, passed };
  });
}

const NOT_MEASURED: Readonly<Record<FigureOrigin, string>> = {
  run: 'not measured',
  reference: 'not measured: name another model than the candidate with --against',
  file: 'not measured: comes by --figures',
};

/** The figure in four digits, or what to do so that it is measured. */
export function valueWords({ value, from }: ReleaseCheck): string {
  return value === null ? NOT_MEASURED[from] : String(Number(value.toPrecision(4)));
}
