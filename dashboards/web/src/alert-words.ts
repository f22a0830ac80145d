import type { Evaluation } from '../../../pipeline/core/alert.js';
import { formatNumber, formatSigned } from './format.js';
import type { Language } from './strings.js';

/** What happened, in one sentence that carries its figures. */
export function alertSentence(evaluation: Evaluation, language: Language): string {
  const { stories, documents, windowHours, count, expected, score, polarity } = evaluation;
  const times = expected > 0 ? `${formatNumber(count / expected)}×` : null;
  if (language === 'zh') {
    const usual = times === null ? '此前几乎没有负面消息' : `为平常的 ${times}`;
    const mood = polarity === null ? '' : `，情绪值 ${formatSigned(polarity)}`;
    return `${windowHours} 小时内 ${stories} 个独立事件（${documents} 篇文档）${mood}；负面权重${usual}，高出 ${formatNumber(score)} 个标准差。`;
  }
  const usual = times === null ? 'where next to none is usual' : `${times} the usual`;
  const mood = polarity === null ? '' : ` at polarity ${formatSigned(polarity)}`;
  return `${stories} independent stories (${documents} documents) in ${windowHours} h${mood}; negative weight ${usual}, ${formatNumber(score)} standard deviations above.`;
}
