/**
 * What is remembered after a reading, newest last: what its items say is put after what was known before, so that the oldest is forgotten first.
 * `shown` has them as interfaces and feeds show them, newest first.
 */
export function remember(
  before: ReadonlyMap<string, string>,
  shown: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const rest = [...before].filter(([key]) => !shown.has(key));
  return new Map([...rest, ...[...shown].toReversed()]);
}
