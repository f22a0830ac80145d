import { ConfigError } from '../../../pipeline/core/errors.js';
import type { Instrument } from '../../../pipeline/core/instrument.js';

import { pickAuthors, youngAuthors, type Author } from './authors.js';
import { composeBody } from './compose-text.js';
import { STORYLINES, type Report, type Storyline } from './crisis-texts.js';
import type { Draft } from './draft.js';
import { fillTemplate, subjectOf, type Subject } from './fill-template.js';
import { outletsOf, type DemoLanguage, type Outlet } from './outlets.js';
import { createRandom, type Random } from './random.js';
import { REACTION_TEXTS } from './reaction-texts.js';

/** From the first report to the last document, milliseconds. */
export const CRISIS_MS = 66_000;
const SECOND_STORY_MS = 30_000;
const CORRECTION_MS = 62_000;

export interface CrisisOptions {
  readonly seed: number;
  readonly instruments: readonly Instrument[];
  /** 0 for the first crisis of a data folder, then 1, … */
  readonly episode: number;
  /** When the first report appears, milliseconds. */
  readonly startsAt: number;
}

/** A document and when it appears; a correction is published when the first report was, and appears later. */
export interface PlannedDraft {
  readonly at: number;
  readonly draft: Draft;
}

interface Scene {
  readonly random: Random;
  readonly startsAt: number;
  readonly prefix: string;
  readonly subjects: Readonly<Record<DemoLanguage, Subject>>;
  readonly story: Storyline;
}

/** Each crisis of a data folder hits another company and tells another story, until all have had their turn. */
export function chooseCrisis({ seed, instruments, episode }: Omit<CrisisOptions, 'startsAt'>): {
  readonly instrument: Instrument;
  readonly story: Storyline;
} {
  const bilingual = instruments.filter(({ nameZh }) => nameZh !== null);
  const random = createRandom(seed, 'cast');
  const companies = random.shuffle(bilingual);
  const stories = random.shuffle(STORYLINES);
  const instrument = companies[episode % companies.length];
  const story = stories[episode % stories.length];
  if (instrument === undefined || story === undefined)
    throw new ConfigError(
      'demo_without_companies',
      'The demo needs companies with an English and a Chinese name.',
    );
  return { instrument, story };
}

/** The whole crisis in order of time: about 40 independent voices, their copies, and a correction of the first report. */
export function planCrisis(options: CrisisOptions): readonly PlannedDraft[] {
  const { instrument, story } = chooseCrisis(options);
  const en = subjectOf(instrument, 'en');
  const zh = subjectOf(instrument, 'zh');
  if (en === null || zh === null) return [];
  const scene: Scene = {
    random: createRandom(options.seed, 'crisis', options.episode, options.startsAt),
    startsAt: options.startsAt,
    prefix: `x${options.episode}-${options.startsAt}`,
    subjects: { en, zh },
    story,
  };
  const plan = [...mainReports(scene), ...voices(scene, 'en'), ...voices(scene, 'zh')];
  return plan.sort((a, b) => a.at - b.at);
}

/** First report with reprints, its Chinese twin, the regulator's notice, the second story, the correction. */
function mainReports(scene: Scene): readonly PlannedDraft[] {
  const { story, startsAt } = scene;
  const first = reported(scene, 'en', story.first);
  const correctedDraft: Draft = {
    ...draftOf(scene, 'first', wire('en', 0), first, startsAt),
    ...reported(scene, 'en', story.corrected),
    action: 'replace',
    modifiedAt: startsAt + CORRECTION_MS,
  };
  return [
    ...reprinted(scene, 'first', 'en', first, [0, 2_200, 4_800, 9_500]),
    ...reprinted(scene, 'chinese', 'zh', reported(scene, 'zh', story.chinese), [6_000, 9_000, 12_500]),
    ...reprinted(scene, 'second', 'en', reported(scene, 'en', story.second), [
      SECOND_STORY_MS,
      34_000,
      38_500,
    ]),
    planned(draftOf(scene, 'notice', authority(), reported(scene, 'en', story.notice), startsAt + 7_500)),
    { at: startsAt + CORRECTION_MS, draft: correctedDraft },
  ];
}

/** Other outlets, analysts and the public, spread over the minute; posts are copied by three young accounts. */
function voices(scene: Scene, language: DemoLanguage): readonly PlannedDraft[] {
  const { random, story } = scene;
  const reactions = REACTION_TEXTS[language];
  const subject = scene.subjects[language];
  const fill = (template: string) => fillTemplate(template, subject, language, random);
  const timeOf = (index: number, count: number) =>
    scene.startsAt + 3_000 + Math.floor(((index + random.next()) * (CRISIS_MS - 4_000)) / count);

  const headlines = random.shuffle([...story.reports[language], ...reactions.news]);
  const news = headlines.map((headline, index) => {
    const title = fill(headline);
    const text = composeBody(title, language, random);
    const outlet = random.pick(outletsOf('news', language));
    return draftOf(scene, `n-${language}-${index}`, outlet, { title, text }, timeOf(index, headlines.length));
  });
  const research = reactions.research.map((template, index) => {
    const title = fill(template);
    const outlet = random.pick(outletsOf('research', language));
    const text = composeBody(title, language, random);
    return draftOf(
      scene,
      `r-${language}-${index}`,
      outlet,
      { title, text },
      timeOf(index, reactions.research.length),
    );
  });
  const authors = pickAuthors(language, reactions.posts.length, random);
  const posts = random
    .shuffle(reactions.posts)
    .map((template, index) =>
      postOf(
        scene,
        `p-${language}-${index}`,
        fill(template),
        authors[index],
        timeOf(index, authors.length),
        language,
      ),
    );
  const young = youngAuthors(scene.prefix);
  const copied = posts.slice(0, Math.floor(posts.length / 2)).map((post, index) => {
    const at = Math.min(post.publishedAt + random.int(2_000, 9_000), scene.startsAt + CRISIS_MS - 500);
    return postOf(scene, `k-${language}-${index}`, post.text, young[index % young.length], at, language);
  });
  return [...news, ...research, ...posts, ...copied].map(planned);
}

function reprinted(
  scene: Scene,
  key: string,
  language: DemoLanguage,
  report: Report,
  offsets: readonly number[],
): readonly PlannedDraft[] {
  return offsets.map((offset, index) => {
    const name = index === 0 ? key : `${key}-reprint-${index}`;
    return planned(draftOf(scene, name, wire(language, index), report, scene.startsAt + offset));
  });
}

function reported({ subjects, random }: Scene, language: DemoLanguage, report: Report): Report {
  const fill = (template: string) => fillTemplate(template, subjects[language], language, random);
  return { title: fill(report.title), text: fill(report.text) };
}

function draftOf(scene: Scene, key: string, outlet: Outlet, report: Report, publishedAt: number): Draft {
  return {
    outlet,
    nativeId: `${scene.prefix}-${key}`,
    ...report,
    author: null,
    accountDays: null,
    publishedAt,
  };
}

function postOf(
  scene: Scene,
  key: string,
  text: string,
  author: Author | undefined,
  publishedAt: number,
  language: DemoLanguage,
): Draft {
  const outlet = first(outletsOf('social', language));
  const draft = draftOf(scene, key, outlet, { title: '', text }, publishedAt);
  return {
    ...draft,
    title: null,
    author: author?.pseudonym ?? null,
    accountDays: author?.accountDays ?? null,
  };
}

function planned(draft: Draft): PlannedDraft {
  return { at: draft.publishedAt, draft };
}

function wire(language: DemoLanguage, index: number): Outlet {
  const outlets = outletsOf('news', language);
  return outlets[index] ?? first(outlets);
}

function authority(): Outlet {
  return first(outletsOf('filing', 'en'));
}

function first(outlets: readonly Outlet[]): Outlet {
  const [outlet] = outlets;
  if (outlet === undefined) throw new RangeError('every kind of outlet exists in both languages');
  return outlet;
}
