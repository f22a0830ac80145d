import type { Foreignness, JudgeDomain } from '../../pipeline/core/model.js';
import type { SourceKind } from '../../pipeline/core/document.js';
import { chooseLanguage, type ModelLanguage } from '../choose-language.js';
import type { TextKind } from '../ngram/text-kind.js';
import type { DomainProfile } from './profile.js';
import { wordKeys } from './word-keys.js';

/** A text counts as if it held so many words more that say nothing: one or two words are no evidence. */
const PRIOR_WORDS = 1;

/**
 * How foreign a text is to models of finance texts, whichever model reads it.
 *
 * The score is the mean, over the different known words of the text, of ln P(word | language at large) − ln P(word | finance
 * texts), through a logistic function: 0.5 where the words say nothing (the difference of cross-entropies of Moore and Lewis,
 * ACL 2010, of single words). `foreign`: above the threshold, which a stated share of finance texts of the language and kind passes.
 * A text in another language has the score 1 and is not called foreign: its language says all.
 */
export function createJudgeDomain(profile: DomainProfile): JudgeDomain {
  return (text, language, kind) => {
    const chosen = chooseLanguage(language, text);
    if (chosen === null) return { score: 1, foreign: false };
    const score = foreignScore(profile, text, chosen);
    return { score, foreign: score > profile.thresholds[chosen][textKindOf(kind)] };
  };
}

/** The score alone, 0 … 1 in steps of 0.001, so that it is the same wherever it is stored. */
export function foreignScore(
  { weights, unit }: Pick<DomainProfile, 'weights' | 'unit'>,
  text: string,
  language: ModelLanguage,
): Foreignness['score'] {
  const { words, weight } = weights[language].sum(wordKeys(text, language));
  const mean = (weight * unit) / (words + PRIOR_WORDS);
  return Math.round(1_000 / (1 + Math.exp(-mean))) / 1_000;
}

/** What people write in passing differs from what is edited, also in how far it strays from finance. */
export function textKindOf(kind: SourceKind): TextKind {
  return kind === 'social' || kind === 'feedback' ? 'post' : 'news';
}
