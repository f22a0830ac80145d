export type ModelLanguage = 'en' | 'zh';

const HAN = /[\u4e00-\u9fff]/g;

/**
 * Which of our two languages a text is read in, or null when neither can say anything about it.
 *
 * An undetermined language (`und`, as very short posts get) is decided by the characters.
 */
export function chooseLanguage(language: string, text: string): ModelLanguage | null {
  const primary = language.toLowerCase().split('-')[0] ?? '';
  if (primary === 'en' || primary === 'zh') return primary;
  if (primary !== 'und' && primary !== '') return null;
  const head = text.slice(0, 400);
  const han = head.match(HAN)?.length ?? 0;
  if (han * 4 >= head.length && han > 0) return 'zh';
  return /[a-z]/i.test(head) ? 'en' : null;
}
