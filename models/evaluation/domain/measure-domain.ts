import type { ModelVersion } from '../../../pipeline/core/scored.js';
import type { Foreignness } from '../../domain/foreignness.js';
import { quantile } from '../intervals.js';
import type { JudgedRow } from '../judge-rows.js';
import { areaUnderRoc } from '../metrics.js';
import { classifyAll, type TextModel } from '../text-model.js';

export interface DomainText {
  readonly text: string;
  readonly lang: string;
  /** What kind of text it is, or the key of its set. */
  readonly source: string;
}

/** How well the foreignness of finance texts is told from that of other texts, in one language. */
export interface DomainFigures {
  readonly finance: number;
  readonly foreign: number;
  /** Chance that a foreign text gets a higher score than a finance text; 0.5 is guessing. */
  readonly auroc: number;
  /** The rule: abstain above this score. 19 of 20 finance texts lie below. */
  readonly abstainAbove: number;
  /** Share of the foreign texts on which the rule abstains. */
  readonly foreignRefused: number;
  /** AUROC of each kind of foreign text, and of each set of finance texts, against all of the other side. */
  readonly bySource: Readonly<Record<string, number>>;
}

export interface DomainReport {
  readonly model: ModelVersion;
  /** Null for a language that lacks one of the two sides. */
  readonly byLanguage: Readonly<Record<string, DomainFigures | null>>;
}

/** The scores of both sides by language. Memory: one number a text. */
export async function measureDomain(
  model: TextModel,
  foreignness: Foreignness,
  sides: { readonly finance: readonly DomainText[]; readonly foreign: readonly DomainText[] },
): Promise<DomainReport> {
  const finance = await score(model, foreignness, sides.finance);
  const foreign = await score(model, foreignness, sides.foreign);
  const languages = [...new Set([...finance, ...foreign].map(({ lang }) => lang))];
  return {
    model: model.model,
    byLanguage: Object.fromEntries(
      languages.map((language) => [
        language,
        figures(
          finance.filter(({ lang }) => lang === language),
          foreign.filter(({ lang }) => lang === language),
        ),
      ]),
    ),
  };
}

interface ScoredText extends DomainText {
  readonly score: number;
}

async function score(
  model: TextModel,
  foreignness: Foreignness,
  texts: readonly DomainText[],
): Promise<readonly ScoredText[]> {
  const answers = await classifyAll(
    model,
    texts.map(({ text, lang }) => ({ text, language: lang })),
  );
  return texts.flatMap((each, index) => {
    const answer = answers[index];
    return answer === undefined ? [] : [{ ...each, score: foreignness(each.text, each.lang, answer) }];
  });
}

function figures(finance: readonly ScoredText[], foreign: readonly ScoredText[]): DomainFigures | null {
  if (finance.length === 0 || foreign.length === 0) return null;
  const [home, away] = [finance.map((each) => each.score), foreign.map((each) => each.score)];
  const abstainAbove = quantile(Float64Array.from(home).sort(), 0.95);
  const bySource: Record<string, number> = {};
  for (const { source } of finance) bySource[source] ??= areaUnderRoc(away, scoresOf(finance, source));
  for (const { source } of foreign) bySource[source] ??= areaUnderRoc(scoresOf(foreign, source), home);
  return {
    finance: finance.length,
    foreign: foreign.length,
    auroc: areaUnderRoc(away, home),
    abstainAbove,
    foreignRefused: away.filter((each) => each > abstainAbove).length / away.length,
    bySource,
  };
}

function scoresOf(texts: readonly ScoredText[], source: string): readonly number[] {
  return texts.filter((each) => each.source === source).map((each) => each.score);
}

/** What a model gets right when it answers only where it is surest. */
export interface CoveragePoint {
  /** Share of the rows that are answered. */
  readonly coverage: number;
  /** Rows below this confidence are left unanswered. */
  readonly confidenceFrom: number;
  readonly accuracy: number;
}

const COVERAGES = [1, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5];

/** The accuracy on the surest rows, for falling shares of all rows. */
export function coverageCurve(rows: readonly JudgedRow[]): readonly CoveragePoint[] {
  const sorted = [...rows].sort((a, b) => b.answer.sentiment.confidence - a.answer.sentiment.confidence);
  return COVERAGES.flatMap((coverage) => {
    const kept = sorted.slice(0, Math.ceil(coverage * sorted.length));
    const last = kept.at(-1);
    if (last === undefined) return [];
    const right = kept.filter(({ label, answer }) => label === answer.sentiment.label).length;
    return [{ coverage, confidenceFrom: last.answer.sentiment.confidence, accuracy: right / kept.length }];
  });
}
