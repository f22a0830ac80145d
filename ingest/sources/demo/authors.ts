import { digest } from '../../parse/identity.js';

import type { DemoLanguage } from './outlets.js';
import { createRandom, type Random } from './random.js';

export interface Author {
  readonly pseudonym: string;
  readonly accountDays: number;
}

const AUTHORS_A_LANGUAGE = 400;

/** One of many long-standing accounts. */
export function pickAuthor(language: DemoLanguage, random: Random): Author {
  const pseudonym = pseudonymOf(language, random.int(1, AUTHORS_A_LANGUAGE));
  return { pseudonym, accountDays: createRandom('account', pseudonym).int(200, 4000) };
}

/** Different long-standing accounts, at most as many as there are. */
export function pickAuthors(language: DemoLanguage, count: number, random: Random): readonly Author[] {
  const numbers = random.shuffle(Array.from({ length: AUTHORS_A_LANGUAGE }, (_, index) => index + 1));
  return numbers.slice(0, count).map((number) => {
    const pseudonym = pseudonymOf(language, number);
    return { pseudonym, accountDays: createRandom('account', pseudonym).int(200, 4000) };
  });
}

/** Three accounts that were opened for the occasion. */
export function youngAuthors(occasion: string): readonly Author[] {
  return [1, 2, 3].map((number) => ({ pseudonym: pseudonymOf(occasion, number), accountDays: number }));
}

function pseudonymOf(group: string, number: number): string {
  return `u_${digest(['demo-author', group, String(number)]).slice(0, 16)}`;
}
