import { ConfigError } from '../../../pipeline/core/errors.js';

/** Reads `{"name": number, …}`: figures of the release list that other commands measured. Throws ConfigError `figures_invalid`. */
export function parseFigures(text: string, path: string): ReadonlyMap<string, number> {
  const fail = (problem: string) => new ConfigError('figures_invalid', `${path}: ${problem}`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw fail('not valid JSON.');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw fail('an object {"name": number} is needed.');
  return new Map(
    Object.entries(json).map(([name, value]) => {
      if (typeof value !== 'number' || !Number.isFinite(value)) throw fail(`"${name}" must be a number.`);
      return [name, value];
    }),
  );
}
