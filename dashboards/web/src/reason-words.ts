import type { WireCause } from '../../api/wire.js';
import { formatTime } from './format.js';
import { REASONS, STRINGS, type Language } from './strings.js';

/** Why something is not as it should be, by its code, with its figures. */
export function reasonWords({ code, status, until }: WireCause, language: Language): string {
  const words = REASONS[language][code] ?? STRINGS[language].otherReason;
  if (language === 'zh') {
    const answered = status === null ? '' : `状态码 ${status}。`;
    return words + answered + (until === null ? '' : `恢复时间：${formatTime(until)} UTC。`);
  }
  const answered = status === null ? '' : ` Status ${status}.`;
  return words + answered + (until === null ? '' : ` Until ${formatTime(until)} UTC.`);
}

/** A remark on a document; what is not known stays as it is. */
export function remarkWords(flag: string, language: Language): string {
  const [, rule] = /^rule:(.*)$/.exec(flag) ?? [];
  if (rule !== undefined)
    return STRINGS[language].decidedByRule + (language === 'zh' ? `${rule}。` : ` ${rule}.`);
  return REASONS[language][flag] ?? flag;
}
