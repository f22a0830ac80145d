import type { Foreignness } from '../../../pipeline/core/model.js';
import type { JudgedRow } from '../judge-rows.js';
import { areaUnderRoc } from '../metrics.js';

export interface DomainText {
  readonly text: string;
  readonly lang: string;
  /** What kind of text it is, or the key of its set. */
  readonly source: string;
}

/** How well finance texts are told from others, in one language. */
export interface DomainFigures {
  readonly finance: number;
  readonly foreign: number;
  /** Chance that a foreign text gets a higher score than a finance text; 0.5 is guessing. */
  readonly auroc: number;
  /** Share of the foreign texts that are called foreign. */
  readonly refused: number;
  /** Each kind of foreign text, and each set of finance texts, against all of the other side. */
  readonly bySource: readonly SourceFigures[];
}

export interface SourceFigures {
  readonly source: string;
  readonly texts: number;
  readonly auroc: number;
  readonly refused: number;
}

/** The figures by language; null for one that lacks one of the two sides. Memory: one number a text. */
export function measureDomain(
  judge: (text: DomainText) => Foreignness,
  sides: { readonly finance: readonly DomainText[]; readonly foreign: readonly DomainText[] },
): Readonly<Record<string, DomainFigures | null>> {
  const judged = (texts: readonly DomainText[]) =>
    texts.map((each): JudgedText => ({ ...each, ...judge(each) }));
  const [finance, foreign] = [judged(sides.finance), judged(sides.foreign)];
  const languages = [...new Set([...finance, ...foreign].map(({ lang }) => lang))];
  return Object.fromEntries(
    languages.map((language) => [
      language,
      figures(
        finance.filter(({ lang }) => lang === language),
        foreign.filter(({ lang }) => lang === language),
      ),
    ]),
  );
}

interface JudgedText extends DomainText, Foreignness {}

function figures(finance: readonly JudgedText[], foreign: readonly JudgedText[]): DomainFigures | null {
  if (finance.length === 0 || foreign.length === 0) return null;
  const [home, away] = [scoresOf(finance), scoresOf(foreign)];
  return {
    finance: finance.length,
    foreign: foreign.length,
    auroc: areaUnderRoc(away, home),
    refused: refusedOf(foreign),
    bySource: [
      ...bySource(finance, (scores) => areaUnderRoc(away, scores)),
      ...bySource(foreign, (scores) => areaUnderRoc(scores, home)),
    ],
  };
}

function bySource(
  texts: readonly JudgedText[],
  auroc: (scores: readonly number[]) => number,
): readonly SourceFigures[] {
  return [...new Set(texts.map(({ source }) => source))].map((source) => {
    const own = texts.filter((each) => each.source === source);
    return { source, texts: own.length, auroc: auroc(scoresOf(own)), refused: refusedOf(own) };
  });
}

function scoresOf(texts: readonly JudgedText[]): readonly number[] {
  return texts.map(({ score }) => score);
}

function refusedOf(texts: readonly JudgedText[]): number {
  return texts.filter(({ foreign }) => foreign).length / texts.length;
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
