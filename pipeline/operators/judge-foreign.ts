import type { JudgeDomain } from '../core/model.js';
import type { LinkReason } from '../core/scored.js';
import type { LinkedDocument } from './understand-document.js';

/** What becomes of a document whose words are not those of finance: it abstains, is marked only, or neither. */
export type ForeignHandling = 'abstain' | 'flag' | 'off';

export interface ForeignDeps {
  readonly judge: JudgeDomain;
  readonly handling: ForeignHandling;
}

/** Links that make a text a matter of finance whatever its words: a crash of an airliner is about its maker. */
const SURE_LINKS: readonly LinkReason[] = [
  'cashtag',
  'exchange_code',
  'filer',
  'distinct_name',
  'legal_suffix',
];

/**
 * How foreign a document is, and what is remarked for it: `foreign`, with `unclassified` where it is to abstain: the model
 * answers such a text by guessing, so that its score is kept and counts nowhere.
 *
 * A document that names a company for sure, or that its provider says is about one, is never foreign. `text` is what was scored.
 */
export function judgeForeign(
  { document, language, links }: Pick<LinkedDocument, 'document' | 'language' | 'links'>,
  text: string,
  { judge, handling }: ForeignDeps,
): { readonly foreignness: number; readonly flags: readonly string[] } {
  const { score, foreign } = judge(text, language, document.source.kind);
  const isOurs = links.some(
    ({ via, reasons = [] }) =>
      via.includes('provider') || reasons.some((reason) => SURE_LINKS.includes(reason)),
  );
  if (!foreign || isOurs || handling === 'off') return { foreignness: score, flags: [] };
  return { foreignness: score, flags: handling === 'abstain' ? ['foreign', 'unclassified'] : ['foreign'] };
}
