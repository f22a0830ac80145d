import { CHINESE_SLIPS, CHINESE_SYNONYMS, ENGLISH_SYNONYMS, NEUTRAL_NAMES } from './word-swaps.js';

/** A text that is to be changed without changing its label. */
export interface PerturbedText {
  readonly text: string;
  readonly language: string;
  /** Names of companies that stand in it, when they are known. */
  readonly names: readonly string[];
}

export const PERTURBATION_NAMES = ['typo', 'entity', 'number', 'synonym', 'case', 'punctuation'] as const;
export type PerturbationName = (typeof PERTURBATION_NAMES)[number];

/** Answers the changed text, or null when there is nothing in it to change. Pure, given `random` (values in [0, 1)). */
type Perturbation = (input: PerturbedText, random: () => number) => string | null;

/** Small changes after which a reader would give the same label. */
export const PERTURBATIONS: Readonly<Record<PerturbationName, Perturbation>> = {
  typo: (input, random) =>
    changed(input.text, isChinese(input) ? chineseSlip(input.text, random) : englishTypo(input.text, random)),
  entity: (input, random) => changed(input.text, swapNames(input, random)),
  number: ({ text }, random) => changed(text, scaleNumbers(text, 1 + Math.ceil(random() * 5) / 10)),
  synonym: (input, random) =>
    changed(
      input.text,
      isChinese(input) ? swapFirst(input.text, CHINESE_SYNONYMS) : swapWords(input.text, random),
    ),
  case: (input, random) => changed(input.text, isChinese(input) ? null : recase(input.text, random)),
  punctuation: (input, random) => changed(input.text, repunctuate(input, random)),
};

function isChinese({ language }: PerturbedText): boolean {
  return language.startsWith('zh');
}

function changed(text: string, result: string | null): string | null {
  return result === text ? null : result;
}

/** One slip in one word of five letters or more: two letters change places, one is dropped, or one is typed twice. */
function englishTypo(text: string, random: () => number): string | null {
  const words = Array.from(text.matchAll(/(?<![$@#\w/.:])[A-Za-z]{5,}\b(?!:\/\/)/g));
  const word = words[Math.floor(random() * words.length)];
  if (word === undefined) return null;
  const at = word.index + 1 + Math.floor(random() * (word[0].length - 2));
  const [first, second] = [text.charAt(at), text.charAt(at + 1)];
  const slips = [first === second ? first : second + first, second, first + first + second];
  return text.slice(0, at) + (slips[Math.floor(random() * slips.length)] ?? '') + text.slice(at + 2);
}

function chineseSlip(text: string, random: () => number): string | null {
  const places = Array.from(text, (character, index) => ({ character, index })).flatMap((place) => {
    const slip = CHINESE_SLIPS.find(([right]) => right === place.character);
    return slip === undefined ? [] : [{ ...place, wrong: slip[1] }];
  });
  const place = places[Math.floor(random() * places.length)];
  if (place === undefined) return null;
  return Array.from(text, (character, index) => (index === place.index ? place.wrong : character)).join('');
}

/** Every known name gives way to one of our invented ones; where none is known, the cashtags do. */
function swapNames({ text, names, language }: PerturbedText, random: () => number): string {
  const pool = NEUTRAL_NAMES[language.startsWith('zh') ? 'zh' : 'en'];
  const from = Math.floor(random() * pool.length);
  const standing = names.filter((name) => name.length > 1 && text.includes(name));
  if (standing.length === 0) return text.replace(/\$[A-Za-z]{1,6}\b/g, '$$KVRN');
  return [...standing]
    .sort((a, b) => b.length - a.length)
    .reduce(
      (result, name, index) => result.replaceAll(name, pool[(from + index) % pool.length] ?? name),
      text,
    );
}

/**
 * Multiplies every number by the same factor of 1 or more and keeps its decimals: which of two is the larger stays as it was. Years,
 * dates, times, quarters and numbers inside words stand.
 */
function scaleNumbers(text: string, factor: number): string {
  return text.replace(
    /(?<![A-Za-z\d.,:/-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d:/-])|(?<![A-Za-z\d.,:/-])\d+(?:\.\d+)?(?![\d:/-]|\.\d|,\d|[年月日号季])/gu,
    (number, ...rest) => {
      const at = rest[0] as number;
      if (/^(?:19|20)\d\d$/.test(number) || /(?:^|\W)(?:Q|H|第)$/u.test(text.slice(Math.max(0, at - 2), at)))
        return number;
      const decimals = number.split('.')[1]?.length ?? 0;
      const scaled = (Number(number.replaceAll(',', '')) * factor).toFixed(decimals);
      return number.includes(',') ? scaled.replace(/\B(?=(?:\d{3})+(?!\d))/g, ',') : scaled;
    },
  );
}

function swapWords(text: string, random: () => number): string | null {
  const found = ENGLISH_SYNONYMS.filter(([word]) => new RegExp(`\\b${word}\\b`).test(text));
  const pair = found[Math.floor(random() * found.length)];
  return pair === undefined ? null : text.replace(new RegExp(`\\b${pair[0]}\\b`), pair[1]);
}

function swapFirst(text: string, pairs: readonly (readonly [string, string])[]): string | null {
  const pair = pairs.find(([word]) => text.includes(word));
  return pair === undefined ? null : text.replace(pair[0], pair[1]);
}

/** All small or all capital; cashtags and links stand. */
function recase(text: string, random: () => number): string {
  const upper = random() < 0.5;
  return text
    .split(/(\$[A-Za-z]{1,6}\b|https?:\S+)/)
    .map((part, index) => (index % 2 === 1 ? part : upper ? part.toUpperCase() : part.toLowerCase()))
    .join('');
}

/** The full stop goes or comes, or a blank is typed twice; in Chinese the comma becomes a blank. */
function repunctuate(input: PerturbedText, random: () => number): string {
  const { text } = input;
  const stop = isChinese(input) ? '。' : '.';
  if (random() < 0.5) return text.endsWith(stop) ? text.slice(0, -1) : `${text}${stop}`;
  return isChinese(input) ? text.replace('，', ' ') : text.replace(' ', '  ');
}
