import type { ReloadResult } from './reload-sources.js';

/** One sentence a line, for people. */
export function describeChanges(result: ReloadResult): readonly string[] {
  const { added, removed, restarted, leftStopped, unchanged, needRestart, variablesAsAtStart } = result;
  const groups: readonly (readonly [string, readonly string[]])[] = [
    ['Added', added],
    ['Removed', removed],
    ['Started again', restarted],
    ['Changed, and stopped as before', leftStopped],
  ];
  const { model } = result;
  return [
    ...(model === null
      ? []
      : [
          `The model is ${model.to.name} ${model.to.version} from now on (before: ${model.from.name} ${model.from.version}).`,
        ]),
    ...groups.filter(([, ids]) => ids.length > 0).map(([words, ids]) => `${words}: ${ids.join(', ')}.`),
    `${unchanged} ${unchanged === 1 ? 'source goes' : 'sources go'} on untouched.`,
    ...(needRestart.length === 0
      ? []
      : [`Also other than at the start, and needs a restart: ${needRestart.join(', ')}.`]),
    ...(variablesAsAtStart.length === 0
      ? []
      : [
          `An environment variable is read only when the process starts: after a change of ${variablesAsAtStart.join(', ')} restart it. Secrets in files were read again.`,
        ]),
  ];
}
