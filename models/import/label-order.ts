import { RejectedError } from '../../pipeline/core/errors.js';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../pipeline/core/taxonomy.js';

/** What others call our three labels, in lower case. `LABEL_0` says nothing and is not guessed. */
const NAMES: Readonly<Record<SentimentLabel, readonly string[]>> = {
  negative: ['negative', 'neg', 'bearish', '负面', '消极', '利空'],
  neutral: ['neutral', 'neu', 'none', '中性'],
  positive: ['positive', 'pos', 'bullish', '正面', '积极', '利好'],
};

/**
 * Our labels in the order of a model's outputs, from the `id2label` of its `config.json`.
 *
 * Throws RejectedError `model_labels` when there is no such map, or one that does not name each of our three labels once.
 */
export function labelOrder(id2label: unknown, file: string): SentimentLabel[] {
  const refuse = (problem: string) => new RejectedError('model_labels', `${file}: ${problem}.`);
  if (typeof id2label !== 'object' || id2label === null)
    throw refuse('it has no id2label, so that nobody can know what the outputs mean');
  const entries = Object.entries(id2label as Record<string, unknown>);
  const names = entries.map(([, name]) => String(name).slice(0, 40));
  if (entries.length !== SENTIMENT_LABELS.length)
    throw refuse(
      `id2label names ${entries.length} labels (${names.slice(0, 8).join(', ')}); negative, neutral and positive are needed`,
    );
  const order = SENTIMENT_LABELS.map((_, index) => {
    const name = names[entries.findIndex(([key]) => key === String(index))] ?? '';
    const label = SENTIMENT_LABELS.find((each) => NAMES[each].includes(name.trim().toLowerCase()));
    if (label === undefined)
      throw refuse(
        `id2label calls output ${index} "${name.slice(0, 40)}", which says neither negative, neutral nor positive`,
      );
    return label;
  });
  if (new Set(order).size !== order.length)
    throw refuse(`id2label names a label twice (${names.join(', ')})`);
  return order;
}
