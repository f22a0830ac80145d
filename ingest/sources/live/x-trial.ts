import type { Source } from '../../source.js';
import { createStatusTracker } from '../../source-status.js';
import { listRules, tagOf, TAG, X_NAME, type Rule, type XAccess } from './x-rules.js';

export interface XTrialOptions extends XAccess {
  readonly source: { readonly id: string };
  readonly rules: readonly string[];
}

const MAX_TAGS = 20;
const MAX_TAG_CHARS = 80;

/**
 * What can be tried of an X source without a change there: it reads the rules of the stream, and ends with what it found as its reason.
 *
 * It delivers nothing: the stream would need the rules, and the one connection of the token, which a running service would lose. Rejects as `ensureRules`
 * does where X refuses the token.
 */
export function createXTrial(options: XTrialOptions): Source {
  const tracker = createStatusTracker(options.source.id, options.clock);
  return {
    id: options.source.id,
    status: () => tracker.read(),
    async run(_deliver, signal) {
      const present = await listRules(options, signal);
      tracker.contacted();
      tracker.become('finished', { code: 'tried', message: findings(options, present) });
    },
  };
}

function findings({ source, rules }: XTrialOptions, present: readonly Rule[]): string {
  const tag = tagOf(source.id);
  const known = rules.filter((value) => present.some((rule) => rule.value === value)).length;
  const counts = new Map<string, number>();
  for (const { tag: other } of present) {
    if (other?.startsWith(TAG) === true && other !== tag) counts.set(other, (counts.get(other) ?? 0) + 1);
  }
  const others = [...counts]
    .slice(0, MAX_TAGS)
    .map(([other, count]) => `${other.slice(0, MAX_TAG_CHARS)} (${count})`)
    .join(', ');
  return [
    `${X_NAME} takes the token, and has ${known} of the ${rules.length} rules; a start makes the others known under the tag ${tag}.`,
    'The stream was not opened, as that takes the one connection of the token.',
    ...(others === '' ? [] : [`Rules of other sources of ours are there under ${others}.`]),
  ].join(' ');
}
