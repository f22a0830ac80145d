import { en } from './strings-en.js';
import { zh } from './strings-zh.js';

export type StringKey = keyof typeof en;
export type Language = 'en' | 'zh';

/** Every sentence and label of the page, in both languages. */
export const STRINGS: Readonly<Record<Language, Readonly<Record<StringKey, string>>>> = { en, zh };
