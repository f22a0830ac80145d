import { isSameValue } from '../../../config/same-value.js';
import { ConfigError } from '../../core/errors.js';
import type { ConfiguredSource } from '../sources/source-kit.js';

/** What has to be done to the sources that there are; every enabled entry is in exactly one of the first three. */
export interface PlannedChanges {
  readonly added: readonly ConfiguredSource[];
  readonly changed: readonly ConfiguredSource[];
  readonly same: readonly ConfiguredSource[];
  /** Ids. */
  readonly removed: readonly string[];
}

/** Throws ConfigError `same_ids`: two sources of one id would share cursors and documents. */
export function planChanges(
  present: ReadonlyMap<string, { readonly entry: ConfiguredSource }>,
  next: readonly ConfiguredSource[],
): PlannedChanges {
  const enabled = next.filter((entry) => entry.enabled);
  const ids = new Set(enabled.map(({ id }) => id));
  if (ids.size < enabled.length) {
    const twice = enabled.find(({ id }, index) => enabled.findIndex((entry) => entry.id === id) < index);
    throw new ConfigError(
      'same_ids',
      `Two sources have the id ${twice?.id ?? ''}. Give each source an id of its own: documents are told apart by it.`,
    );
  }
  const isSame = (entry: ConfiguredSource) => isSameValue(present.get(entry.id)?.entry, entry);
  return {
    added: enabled.filter(({ id }) => !present.has(id)),
    changed: enabled.filter((entry) => present.has(entry.id) && !isSame(entry)),
    same: enabled.filter(isSame),
    removed: [...present.keys()].filter((id) => !ids.has(id)),
  };
}
