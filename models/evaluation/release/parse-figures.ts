import { ConfigError } from '../../../pipeline/core/errors.js';

/** Figures of one model that another command measured, with where and how. */
export interface GivenFigures {
  /** Of the model that was measured. */
  readonly sha256: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly machine: string;
  readonly command: string;
  readonly figures: ReadonlyMap<string, number>;
}

const FORM =
  '{"sha256": of the model, "date": "YYYY-MM-DD", "machine": "…", "command": "…", "figures": {"name": number}}';
const FIELDS = ['sha256', 'date', 'machine', 'command', 'figures'];

/**
 * Reads a file of `--figures`. `names` are the figures of the release list that the gate cannot measure itself: any other is
 * refused, so that a file never outweighs a measurement. Throws ConfigError `figures_invalid` with the fix.
 */
export function parseFigures(text: string, path: string, names: readonly string[]): GivenFigures {
  const fail = (problem: string) => new ConfigError('figures_invalid', `${path}: ${problem}`);
  const file = toRecord(text);
  if (file === null) throw fail(`not a JSON object ${FORM}.`);
  const unknown = Object.keys(file).filter((key) => !FIELDS.includes(key));
  if (unknown.length > 0) throw fail(`"${unknown.join('", "')}" is not known; the form is ${FORM}.`);
  const field = (name: string, form: RegExp, example: string): string => {
    const value = file[name];
    if (typeof value === 'string' && form.test(value)) return value;
    throw fail(`"${name}" must be ${example}.`);
  };
  const given = file['figures'];
  if (!isRecord(given) || Object.keys(given).length === 0)
    throw fail('"figures" must be an object {"name": number}.');
  const figures = Object.entries(given).map(([name, value]) => {
    if (!names.includes(name))
      throw fail(
        `"${name}" is no figure that a file may bring; ${names.length === 0 ? 'the release list of this model has none' : `those are: ${names.join('; ')}`}.`,
      );
    if (typeof value !== 'number' || !Number.isFinite(value)) throw fail(`"${name}" must be a number.`);
    return [name, value] as const;
  });
  return {
    sha256: field('sha256', /^[0-9a-f]{64}$/, 'the hash of the model ("bellwether models list --json")'),
    date: field('date', /^\d{4}-\d\d-\d\d$/, 'a day such as 2026-11-28'),
    machine: field('machine', /\S/, 'the machine that measured, in words'),
    command: field('command', /\S/, 'the command that measured'),
    figures: new Map(figures),
  };
}

function toRecord(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) ? json : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All figures of several files. Throws ConfigError `figures_invalid` for another model's, and where two files bring the same one. */
export function joinFigures(
  files: readonly GivenFigures[],
  model: { readonly name: string; readonly sha256: string },
): ReadonlyMap<string, number> {
  const joined = new Map<string, number>();
  for (const { sha256, figures } of files) {
    if (sha256 !== model.sha256)
      throw new ConfigError(
        'figures_invalid',
        `--figures brings figures of the model ${sha256}; ${model.name}, which is judged, is ${model.sha256}. Measure them again.`,
      );
    for (const [name, value] of figures) {
      if (joined.has(name))
        throw new ConfigError('figures_invalid', `Two files of --figures bring "${name}".`);
      joined.set(name, value);
    }
  }
  return joined;
}
