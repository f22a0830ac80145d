import type { ModelVersion } from '../../../pipeline/core/scored.js';
import type { PassRate } from '../behaviour/run-behaviour.js';
import type { Estimate } from '../intervals.js';
import { reliabilityBins } from '../reliability-diagram.js';
import { valueWords, type ReleaseCheck } from '../release/check-release.js';
import type { TrainingCheck } from '../release/check-training.js';
import type { DevSet } from '../release/dev-sets.js';
import type { ReleaseMeasurement } from '../release/measure-release.js';
import { NEAR_COPY_BOUND } from '../release/near-copies.js';
import type { GivenFigures } from '../release/parse-figures.js';
import type { TrainingRecord } from '../release/training-record.js';
import type { SliceReport } from '../slices/slice-figures.js';
import type { CardFacts, CardTable } from './model-card.js';

export interface ReleaseRun {
  readonly model: ModelVersion;
  readonly record: TrainingRecord;
  readonly training: TrainingCheck;
  readonly measured: ReleaseMeasurement;
  readonly slices: SliceReport;
  readonly checks: readonly ReleaseCheck[];
  /** The model that it may not lose against; null where there is none but itself. */
  readonly against: ModelVersion | null;
  /** What other commands measured. */
  readonly given: readonly GivenFigures[];
  readonly sets: readonly DevSet[];
  /** YYYY-MM-DD. */
  readonly today: string;
  /** Commit of the code that measured; null outside a checkout. */
  readonly commit: string | null;
}

/** The card's facts from one run of `evaluate --card`: from a score to the data and the code behind it. */
export function releaseCardFacts(run: ReleaseRun): CardFacts {
  const { contamination, unchecked, nearCopies, suiteTexts } = run.training;
  const masked = nearCopies.filter((copy) => copy.masked).length;
  return {
    name: run.model.name,
    version: run.model.version,
    sha256: run.model.sha256,
    bytes: run.record.bytes,
    trainingSets: run.training.sets,
    facts: [
      [
        'Trained from',
        `rows with SHA-256 ${stated(run.record.rowsSha256)}, code of commit ${stated(run.record.commit)}`,
      ],
      ['Measured', `${run.today}, by the code of commit ${stated(run.commit)}`],
      [
        'Contamination',
        `${contamination.seen.length} of ${contamination.judgedRows} judged rows are among the ${contamination.trainedRows} training rows at hand${unchecked.length === 0 ? '' : `; not at hand: ${unchecked.join(', ')}`}`,
      ],
      [
        'Near copies',
        `${masked} of ${suiteTexts} texts of the behavioural suite are in training but for names and numbers; ${nearCopies.length - masked} more share ${NEAR_COPY_BOUND * 100} % or more of their shingles (three words or four Chinese characters, names and numbers masked) with a training text`,
      ],
      ['Compared with', referenceWords(run.against)],
    ],
    tables: [
      checkTable(run.checks),
      ...givenTables(run.given),
      figureTable(run.measured),
      sliceTable(run.slices),
      calibrationTable(run.measured),
      behaviourTable(run.measured),
      robustnessTable(run.measured),
      fairnessTable(run.measured),
      {
        title: 'Data of the figures',
        words: null,
        head: ['set', 'rows', 'SHA-256'],
        rows: run.sets.map(({ key, rows, sha256 }) => [key, String(rows.length), sha256]),
      },
    ],
  };
}

function stated(value: string | null): string {
  return value ?? 'not stated';
}

function referenceWords(against: ModelVersion | null): string {
  return against === null
    ? 'no other model: what it loses was not measured'
    : `${against.name} ${against.version}, SHA-256 \`${against.sha256}\``;
}

function givenTables(given: readonly GivenFigures[]): readonly CardTable[] {
  if (given.length === 0) return [];
  return [
    {
      title: 'Figures of other commands',
      words: 'Brought by `--figures`, measured on the model of the hash above.',
      head: ['figure', 'value', 'date', 'machine', 'command'],
      rows: given.flatMap(({ figures, date, machine, command }) =>
        Array.from(figures, ([name, value]) => [name, number(value), date, machine, `\`${command}\``]),
      ),
    },
  ];
}

function checkTable(checks: readonly ReleaseCheck[]): CardTable {
  return {
    title: 'Release list',
    words: 'What `evaluate --gate` checks; a figure that nobody measured fails.',
    head: ['side', 'figure', 'value', 'must be', 'passed'],
    rows: checks.map((check) => [
      check.dimension,
      check.figure,
      valueWords(check),
      `${check.must === 'least' ? '≥' : '≤'} ${check.bound}`,
      check.passed ? 'yes' : 'NO',
    ]),
  };
}

function figureTable({ figures }: ReleaseMeasurement): CardTable {
  return {
    title: 'Figures on the dev parts',
    words: null,
    head: ['figure', 'value', 'n'],
    rows: Array.from(figures, ([name, { value, n }]) => [name, number(value), String(n)]),
  };
}

function sliceTable({ all, slices }: SliceReport): CardTable {
  const rows = [
    { ...all, name: 'all' },
    ...slices.map((slice) => ({ ...slice, name: `${slice.dimension} ${slice.value}` })),
  ];
  return {
    title: 'Slices',
    words:
      'With 95 % intervals but for the ECE, whose bootstrap lies above the figure when rows are few. Sets with two classes are judged with all three answers allowed.',
    head: ['slice', 'n', 'accuracy', 'macro-F1', 'negative recall', 'neutral recall', 'ECE'],
    rows: rows.map((slice) => [
      slice.name,
      String(slice.n),
      ...[slice.accuracy, slice.macroF1, slice.negativeRecall, slice.neutralRecall].map(estimate),
      slice.ece.toFixed(3),
    ]),
  };
}

function calibrationTable({ judged }: ReleaseMeasurement): CardTable {
  return {
    title: 'Calibration',
    words: 'All judged rows in ten bins of equal size.',
    head: ['rows', 'confidence claimed', 'share right'],
    rows: reliabilityBins([...judged.values()].flat()).map(({ n, confidence, right }) => [
      String(n),
      confidence.toFixed(3),
      estimate(right),
    ]),
  };
}

function behaviourTable({ behaviour }: ReleaseMeasurement): CardTable {
  const languages = Object.keys(behaviour.byLanguage);
  return {
    title: 'Behavioural suite',
    words: null,
    head: ['capability', ...languages],
    rows: [
      ...Object.entries(behaviour.byCapability).map(([capability, rates]) => [
        capability,
        ...languages.map((language) => passed(rates[language])),
      ]),
      ['all', ...languages.map((language) => passed(behaviour.byLanguage[language]))],
    ],
  };
}

function robustnessTable({ flips }: ReleaseMeasurement): CardTable {
  return {
    title: 'Small changes',
    words: 'Share of texts whose label a change altered that a reader would not notice or mind.',
    head: ['change', 'texts', 'flips', 'mean move of polarity'],
    rows: Object.entries(flips.byPerturbation).map(([name, rate]) => [
      name,
      String(rate?.n ?? 0),
      estimate(rate),
      rate === null ? '–' : rate.meanMove.toFixed(3),
    ]),
  };
}

function fairnessTable({ fairness }: ReleaseMeasurement): CardTable {
  const rows = Object.entries(fairness.byAttribute).flatMap(([attribute, languages]) =>
    Object.entries(languages).map(([language, figures]) => ({ attribute, language, figures })),
  );
  return {
    title: 'Counterfactual fairness',
    words:
      'Change of polarity when only the company, the region, the gender or the name is swapped. The release list bounds the mean of all; the largest change and the sentences that get two labels are told, not bounded.',
    head: ['swapped', 'language', 'sentences', 'mean change', 'largest', 'with two labels'],
    rows: [...rows, { attribute: 'all', language: 'all', figures: fairness.all }].map(
      ({ attribute, language, figures: { n, meanChange, maxChange, flipped } }) => [
        attribute,
        language,
        String(n),
        meanChange.toFixed(3),
        maxChange.toFixed(3),
        String(flipped),
      ],
    ),
  };
}

function passed(rate: PassRate | undefined): string {
  return rate === undefined ? '–' : `${(rate.value * 100).toFixed(1)} % (${rate.passed} of ${rate.n})`;
}

function estimate(value: Estimate | null): string {
  return value === null
    ? '–'
    : `${value.value.toFixed(3)} (${value.low.toFixed(3)}–${value.high.toFixed(3)})`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(4)));
}
