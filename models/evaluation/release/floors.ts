/** Which side of the house a figure speaks for: a release needs all four. */
export type Dimension = 'data' | 'algorithm' | 'engineering' | 'business';

/**
 * Where a figure comes from: `run` measures it, `reference` compares with a second model, `file` is brought by `--figures`, because
 * the gate cannot measure it.
 */
export type FigureOrigin = 'run' | 'reference' | 'file';

/** One line of the release list: a figure and the bound that it must keep. */
export interface Floor {
  readonly figure: string;
  readonly dimension: Dimension;
  readonly bound: number;
  /** `least`: the figure may not be smaller; `most`: it may not be larger. */
  readonly must: 'least' | 'most';
  readonly from: FigureOrigin;
}

const least = (dimension: Dimension, figure: string, bound: number): Floor => ({
  figure,
  dimension,
  bound,
  must: 'least',
  from: 'run',
});
const most = (dimension: Dimension, figure: string, bound: number): Floor => ({
  figure,
  dimension,
  bound,
  must: 'most',
  from: 'run',
});
const given = (floor: Floor): Floor => ({ ...floor, from: 'file' });

const LICENCE = most('data', 'training sets without a licence to ship', 0);

/** What holds for every model, whatever it scores. */
const FOR_ALL: readonly Floor[] = [
  most('data', 'judged rows seen in training', 0),
  most('data', 'suite texts in training but for names and numbers', 0),
  most('data', 'training sets that cannot be checked', 0),
  LICENCE,
  most('engineering', 'score alone against in a batch', 1e-4),
  most('engineering', 'all artefacts, MB', 80),
  { ...most('business', 'slices that lose against the reference', 0), from: 'reference' },
];

/** The figures that models which are to be the default must reach, as the issue "Models" states them. */
const ENCODERS: readonly Floor[] = [
  ...FOR_ALL,
  least('algorithm', 'macro-F1 tfns', 0.84),
  least('algorithm', 'topics macro-F1 tfn_topic', 0.88),
  least('algorithm', 'per mention accuracy sentfin', 0.86),
  least('algorithm', 'per mention accuracy, mixed signs', 0.75),
  most('algorithm', 'ECE tfns', 0.03),
  most('algorithm', 'ECE English three-class, pooled', 0.03),
  most('algorithm', 'ECE sentfin', 0.05),
  most('algorithm', 'ECE fpb', 0.05),
  least('algorithm', 'neutral recall fpb', 0.8),
  least('algorithm', 'negative recall fpb', 0.8),
  least('algorithm', 'neutral recall tfns', 0.8),
  least('algorithm', 'negative recall tfns', 0.8),
  least('algorithm', 'behavioural suite en', 0.9),
  least('algorithm', 'behavioural suite zh', 0.9),
  most('algorithm', 'flips under typos', 0.05),
  most('algorithm', 'flips under entity swap', 0.05),
  most('business', 'counterfactual change of polarity, mean', 0.05),
  given(most('engineering', 'int8 against fp32, macro-F1 points', 0.5)),
  given(least('engineering', 'headlines served a second, 2 cores', 1500)),
  given(least('engineering', 'times PyTorch BERT-base fp32', 15)),
  given(least('engineering', 'times PyTorch BERT-base bf16', 8)),
  given(least('engineering', 'end to end, documents a second', 600)),
  given(most('engineering', 'p99 at 300 documents a second, s', 1.5)),
  given(most('engineering', 'memory per inference worker, MB', 250)),
];

/** What the light models reached on 2026-11-28, less a point or two: they may get better, not worse. */
const NGRAMS: readonly Floor[] = [
  ...FOR_ALL,
  least('algorithm', 'macro-F1 tfns', 0.74),
  least('algorithm', 'macro-F1 sentfin', 0.82),
  least('algorithm', 'topics macro-F1 tfn_topic', 0.73),
  most('algorithm', 'ECE tfns', 0.03),
  most('algorithm', 'ECE sentfin', 0.03),
  most('algorithm', 'flips under typos', 0.13),
  most('algorithm', 'flips under entity swap', 0.12),
  least('algorithm', 'behavioural suite en', 0.66),
  most('business', 'counterfactual change of polarity, mean', 0.1),
];

/** The release list of each model. A model that is not listed keeps what holds for all. */
export const RELEASE_FLOORS: Readonly<Record<string, readonly Floor[]>> = {
  lexicon: [...FOR_ALL],
  ngram: [
    ...NGRAMS,
    least('algorithm', 'macro-F1 fpb', 0.66),
    least('algorithm', 'macro-F1 zh_finfe', 0.61),
    least('algorithm', 'behavioural suite zh', 0.69),
  ],
  'ngram-research': [
    ...NGRAMS,
    least('algorithm', 'macro-F1 fpb', 0.77),
    least('algorithm', 'macro-F1 zh_finfe', 0.7),
    least('algorithm', 'behavioural suite zh', 0.68),
  ],
  encoder: [
    ...ENCODERS,
    least('algorithm', 'macro-F1 fpb', 0.77),
    least('algorithm', 'macro-F1 sentfin', 0.86),
    least('algorithm', 'accuracy fpb, all agree', 0.92),
    least('algorithm', 'accuracy FiQA and SemEval, pooled', 0.68),
    least('algorithm', 'macro-F1 zh_finfe', 0.58),
    least('algorithm', 'macro-F1 Chinese news', 0.85),
    least('algorithm', 'topics accuracy zh_finnl_topic', 0.65),
  ],
  'encoder-research': [
    ...ENCODERS,
    least('algorithm', 'macro-F1 fpb', 0.82),
    least('algorithm', 'macro-F1 sentfin', 0.87),
    least('algorithm', 'accuracy fpb, all agree', 0.965),
    least('algorithm', 'accuracy FiQA and SemEval, pooled', 0.75),
    least('algorithm', 'topics macro-F1 reuters21578', 0.8),
    least('algorithm', 'macro-F1 zh_finfe', 0.72),
    least('algorithm', 'macro-F1 Chinese news', 0.95),
    least('algorithm', 'topics accuracy zh_finnl_topic', 0.8),
  ],
};

/** The release list of a model. A research model may have seen sets that do not let it be shipped: its name says so. */
export function floorsFor(model: string): readonly Floor[] {
  const floors = RELEASE_FLOORS[model] ?? FOR_ALL;
  return model.endsWith('-research') ? floors.filter((floor) => floor !== LICENCE) : floors;
}
