/** What a card says of every model of a kind. */
export interface ModelDescription {
  readonly method: string;
  readonly use: string;
  readonly limits: readonly string[];
}

const METHODS: Readonly<Record<string, string>> = {
  lexicon:
    'Finance words and phrases of our own choosing in English and Chinese, with negation, intensifiers, directions and what moves; no training.',
  ngram:
    'Hashed word (1, 2) and character n-grams (English 3–5 within words, Chinese 1–4) with the scores of the finance lexicon, multinomial logistic regression with L2 (AdaGrad), weights as signed bytes, temperature scaling by language and kind of text on a tenth of the train parts.',
  encoder:
    'A compact transformer encoder, fine-tuned with a head for each task, quantised to int8, calibrated by kind of text on a fold that was kept back; a language without a network of its own is served by the model named in `model.json`.',
};
const COMMON_LIMITS = [
  'The label is the tone for an investor, not a forecast, and no advice.',
  'No world knowledge: whether a number is good is known only from the words around it.',
  'Sarcasm and the gap between result and expectation are read right less often than plain news: see the behavioural suite.',
];
const SHIPPABLE_LIMIT =
  'No Chinese set with three classes may be shipped: Chinese rests on our own texts and the lexicon, and is weaker.';

/** Describes a model by its name: `NAME` or `NAME-research`. */
export function describeModel(name: string): ModelDescription {
  const research = name.endsWith('-research');
  const kind = name.replace(/-research$/, '');
  return {
    method: METHODS[kind] ?? 'Imported: see what its maker says.',
    use: research
      ? 'research only: some of its training sets are non-commercial or state no licence. Do not ship.'
      : METHODS[kind] === undefined
        ? 'as its own licence allows.'
        : 'may be shipped: every training set states a licence that allows it, or is our own.',
    limits: [
      ...(kind === 'ngram' ? ['Reads at most 4,000 characters.'] : []),
      ...COMMON_LIMITS,
      ...(research || kind === 'lexicon' ? [] : [SHIPPABLE_LIMIT]),
    ],
  };
}
