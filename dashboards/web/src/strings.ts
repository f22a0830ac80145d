import { reasonsEn } from './reasons-en.js';
import { reasonsZh } from './reasons-zh.js';
import { en } from './strings-en.js';
import { zh } from './strings-zh.js';

export type StringKey = keyof typeof en;
export type Language = 'en' | 'zh';

/** Every sentence and label of the page, in both languages. */
export const STRINGS: Readonly<Record<Language, Readonly<Record<StringKey, string>>>> = { en, zh };

/** What each code of the service means, in both languages. */
export const REASONS: Readonly<Record<Language, Readonly<Partial<Record<string, string>>>>> = {
  en: reasonsEn,
  zh: reasonsZh,
};
