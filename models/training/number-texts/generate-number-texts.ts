import { SENTIMENT_LABELS } from '../../../pipeline/core/taxonomy.js';
import type { LabelledRow } from '../../evaluation/read-labelled-rows.js';
import { createRandom } from '../../seeded-random.js';
import { drawChineseFigureText } from './chinese.js';
import { createDraw } from './draw.js';
import { drawEnglishFigureText } from './english.js';

/**
 * Sentences of reports in which the figures tell the direction (“EUR 3.1 mn, compared to EUR 5.4 mn”), made from patterns: what people
 * write by hand has too few pairs of figures to learn from that the order of two numbers matters. Single figures are neutral.
 *
 * The same language, count and seed give the same rows; no text stands twice.
 */
export function generateNumberTexts(language: 'en' | 'zh', count: number, seed: number): LabelledRow[] {
  const draw = createDraw(createRandom(seed));
  const make = language === 'en' ? drawEnglishFigureText : drawChineseFigureText;
  const rows = new Map<string, LabelledRow>();
  while (rows.size < count) {
    const { text, company, sign, score } = make(draw);
    const sentiment = SENTIMENT_LABELS[sign + 1] ?? 'neutral';
    rows.set(text, {
      text,
      lang: language,
      source: 'numbers',
      sentiment,
      score,
      topics: ['earnings'],
      entities: company === null ? [] : [{ name: company, sentiment }],
      certainty: 'fact',
      group: null,
    });
  }
  return [...rows.values()];
}
