import { createHash } from 'node:crypto';

import { createPatternMatcher } from '../../pipeline/core/aho-corasick.js';
import type { ExpertRule, ExpertRuleSet, RuledAnswer, RuleSubject } from '../../pipeline/core/expert-rule.js';
import { createLinearPattern, type LinearPattern } from '../../pipeline/core/linear-pattern.js';
import type { AppliedRule } from '../../pipeline/core/scored.js';
import { foldText } from '../lexicon/fold-text.js';
import { changeSentiment } from './change-sentiment.js';

/** What is looked at first: a rule of another time, source or language costs nothing more. */
type Origin = Pick<RuleSubject, 'language' | 'source' | 'publishedAt'>;

interface CompiledRule {
  readonly rule: ExpertRule;
  /** Numbers of its words in the matcher. */
  readonly anyOf: readonly number[];
  readonly allOf: readonly number[];
  readonly noneOf: readonly number[];
  readonly pattern: LinearPattern | null;
  /** Milliseconds. */
  readonly expiresAt: number;
}

/** Rows carry so many digits of the rules' hash. */
const VERSION_DIGITS = 8;
const WITHOUT_SPACES = /[\u3040-\u30ff\u3400-\u9fff]/;

/**
 * Makes rules ready to be applied: one pass over a text finds the words of all rules, however many there are.
 *
 * Text and words are compared folded (case, width, quotes, traditional characters, white space). A word in Latin letters is
 * found as a whole word only. Throws PatternError for a pattern that `createLinearPattern` refuses.
 */
export function createRuleSet(rules: readonly ExpertRule[]): ExpertRuleSet {
  const words = [
    ...new Set(rules.flatMap(({ when }) => [...when.anyOf, ...when.allOf, ...when.noneOf].map(fold))),
  ];
  const numbers = new Map(words.map((word, index) => [word, index]));
  const compiled = rules.map((rule) => compileRule(rule, numbers));
  const findWords = createWordFinder(words);
  return {
    version: versionOf(rules),
    rules,
    mayFire({ text, ...origin }) {
      const candidates = compiled.filter((each) => isOfOrigin(each, origin));
      if (candidates.length === 0) return false;
      const folded = fold(text);
      const found = findWords(folded);
      return candidates.some((each) => hasWords(each, found) && each.pattern?.test(folded) !== false);
    },
    apply(subject) {
      const candidates = compiled.filter((each) => isOfOrigin(each, subject) && isAbout(each.rule, subject));
      if (candidates.length === 0) return null;
      const folded = fold(subject.text);
      const found = findWords(folded);
      const fired = candidates.filter(
        (each) => hasWords(each, found) && lacksWords(each, found) && each.pattern?.test(folded) !== false,
      );
      return fired.length === 0 ? null : answerOf(fired, subject);
    },
  };
}

function compileRule(rule: ExpertRule, numbers: ReadonlyMap<string, number>): CompiledRule {
  const { anyOf, allOf, noneOf, pattern } = rule.when;
  const numbersOf = (words: readonly string[]) => words.flatMap((word) => numbers.get(fold(word)) ?? []);
  return {
    rule,
    anyOf: numbersOf(anyOf),
    allOf: numbersOf(allOf),
    noneOf: numbersOf(noneOf),
    pattern: pattern === null ? null : createLinearPattern(pattern),
    expiresAt: rule.expires === null ? Infinity : Date.parse(rule.expires),
  };
}

/** White space of any kind and length is one blank; a phrase goes over the end of a line. */
function fold(text: string): string {
  return foldText(text).replace(/\s+/g, ' ').trim();
}

type FoundWords = ReadonlySet<number>;

function createWordFinder(words: readonly string[]): (folded: string) => FoundWords {
  if (words.length === 0) return () => new Set();
  const matcher = createPatternMatcher(words);
  return (folded) => {
    const found = new Set<number>();
    const units = Uint16Array.from({ length: folded.length }, (_, index) => folded.charCodeAt(index));
    matcher.scan(units, (start, end, word) => {
      if (isWhole(folded, start, end)) found.add(word);
    });
    return found;
  };
}

/** Nothing of the same word stands before or behind; Chinese writes words without a space between them. */
function isWhole(text: string, start: number, end: number): boolean {
  const joins = (inside: string, outside: string) =>
    /[\p{L}\p{N}]/u.test(inside) &&
    /[\p{L}\p{N}]/u.test(outside) &&
    !WITHOUT_SPACES.test(inside) &&
    !WITHOUT_SPACES.test(outside);
  return !joins(text.charAt(start), text.charAt(start - 1)) && !joins(text.charAt(end - 1), text.charAt(end));
}

function isOfOrigin({ rule: { when }, expiresAt }: CompiledRule, origin: Origin): boolean {
  return (
    Date.parse(origin.publishedAt) < expiresAt &&
    allows(when.sources, origin.source.id) &&
    allows(when.sourceKinds, origin.source.kind) &&
    allows(when.languages, origin.language.toLowerCase().split('-')[0] ?? '')
  );
}

function isAbout({ when }: ExpertRule, { topics, instruments }: RuleSubject): boolean {
  return (
    (when.topics.length === 0 || topics.some(({ topic }) => when.topics.includes(topic))) &&
    (when.instruments.length === 0 || instruments.some((id) => when.instruments.includes(id)))
  );
}

function allows(listed: readonly string[], value: string): boolean {
  return listed.length === 0 || listed.includes(value);
}

function hasWords({ anyOf, allOf }: CompiledRule, found: FoundWords): boolean {
  return (
    (anyOf.length === 0 || anyOf.some((word) => found.has(word))) && allOf.every((word) => found.has(word))
  );
}

function lacksWords({ noneOf }: CompiledRule, found: FoundWords): boolean {
  return !noneOf.some((word) => found.has(word));
}

function answerOf(fired: readonly CompiledRule[], subject: RuleSubject): RuledAnswer {
  let { sentiment, topics } = subject;
  for (const { rule } of fired) {
    sentiment = changeSentiment(sentiment, rule.then);
    const { addTopic } = rule.then;
    if (addTopic !== null && !topics.some(({ topic }) => topic === addTopic)) {
      const named = topics.filter(({ topic }) => topic !== 'other');
      topics = [{ topic: addTopic, probability: 1 }, ...named];
    }
  }
  return {
    sentiment,
    topics,
    abstain: fired.some(({ rule }) => rule.then.abstain),
    decided: fired.some(({ rule }) => rule.then.set !== null),
    applied: fired.map(({ rule }): AppliedRule => ({
      id: rule.id,
      version: rule.version,
      reason: rule.reason,
    })),
  };
}

/** Tests are no part of what a rule does. */
function versionOf(rules: readonly ExpertRule[]): string {
  if (rules.length === 0) return '';
  const content = rules.map((rule) => ({ ...rule, tests: [] }));
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, VERSION_DIGITS);
}
