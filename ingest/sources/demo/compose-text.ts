import type { DemoLanguage } from './outlets.js';
import { fillTemplate, type Subject } from './fill-template.js';
import { COMPANY_TEXTS, CONTINUATIONS, MARKET_TEXTS, type Tone } from './quiet-texts.js';
import type { Random } from './random.js';

export interface Composed {
  readonly title: string | null;
  readonly text: string;
}

export interface ComposeOptions {
  readonly social: boolean;
  readonly language: DemoLanguage;
  /** Null for the market as a whole. */
  readonly subject: Subject | null;
  readonly tone: Tone;
}

/** An ordinary text: a headline with a body of two sentences, or a post. */
export function composeText(options: ComposeOptions, random: Random): Composed {
  const { language, subject } = options;
  const texts = (subject === null ? MARKET_TEXTS : COMPANY_TEXTS)[language][options.tone];
  const fill = (template: string) => fillTemplate(template, subject, language, random);
  if (options.social) return { title: null, text: fill(random.pick(texts.posts)) };
  const title = fill(random.pick(texts.headlines));
  return { title, text: composeBody(title, language, random) };
}

/** The headline as a sentence, and two more around it. */
export function composeBody(title: string, language: DemoLanguage, random: Random): string {
  const [first = '', second = ''] = random.shuffle(CONTINUATIONS[language]);
  const fill = (template: string) => fillTemplate(template, null, language, random);
  return language === 'en'
    ? `${title}. ${fill(first)} ${fill(second)}`
    : `${title}。${fill(first)}${fill(second)}`;
}
