import type { Alert, EvidenceDocument } from '../../pipeline/core/alert.js';
import type { World } from '../../pipeline/core/document.js';
import type { StoryFacts } from '../../pipeline/core/story.js';
import { windowStartAt } from '../rules/evaluate-negative-surge.js';
import { plainLine, webLink } from './html.js';
import { MAIL_WORDS, type MailLanguage, type MailWords } from './mail-words.js';

const MAX_SUBJECT_CHARS = 69;
const MAX_DOCUMENTS = 5;
const MAX_MARKED = 5;
const MAX_WORD_CHARS = 40;

/** Which of the two mails of an alert: 1 when it fired, 2 when it resolved. */
export type MailNumber = 1 | 2;

/** Negative weight of 24 hours; `end` in milliseconds. */
export interface DayBar {
  readonly end: number;
  readonly negativeWeight: number;
}

export interface MailInput {
  readonly alert: Alert;
  readonly number: MailNumber;
  readonly world: World;
  readonly language: MailLanguage;
  /** Oldest first, the window of the alert last. */
  readonly days: readonly DayBar[];
  /** How the stories of its documents had spread when it fired, by the ids of the documents. */
  readonly stories: ReadonlyMap<string, StoryFacts>;
  /** Where the alert can be opened, or null when there is no page. */
  readonly alertUrl: string | null;
}

/** What both parts of a mail say, as plain text; the HTML part escapes it, the text part lays it out. */
export interface MailContent {
  readonly language: MailLanguage;
  readonly words: MailWords;
  readonly subject: string;
  readonly banner: string | null;
  readonly resolved: boolean;
  readonly lead: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly bars: readonly { readonly label: string; readonly value: string; readonly share: number }[];
  readonly evidence: readonly EvidenceText[];
  readonly why: readonly string[];
  readonly link: string | null;
  readonly footer: readonly string[];
}

export interface EvidenceText {
  readonly title: string;
  readonly sentence: string;
  readonly link: string | null;
  readonly origin: string;
  readonly score: string;
  /** How its story has spread; null where nothing is known of it. */
  readonly spread: string | null;
  /** Said when few accounts made the story look large. */
  readonly driven: string | null;
  /** What spoke most for bad news, as words to mark and as a line; empty and null where nothing did. */
  readonly marked: readonly string[];
  readonly weighed: string | null;
  /** Which expert rules decided its score, and why; null where the score is the model's own. */
  readonly ruled: string | null;
}

/** Collects what a mail says; text from outside is cut and stripped of control characters here. */
export function mailContent(input: MailInput): MailContent {
  const { alert, number, world, language } = input;
  const words = MAIL_WORDS[language];
  return {
    language,
    words,
    subject: subjectOf(input, words),
    banner: world === 'live' ? null : words.banner[world],
    resolved: number === 2,
    lead: leadOf(input, words),
    facts: factsOf(input, words),
    bars: barsOf(input.days),
    evidence: number === 2 ? [] : evidenceOf(input, words),
    why: number === 2 ? [] : whyOf(alert, words),
    link: webLink(input.alertUrl),
    footer: words.footer(alert.id),
  };
}

/** Equal for both mails of an alert but for the `Re:`, so that mail programs show them as one thread. */
function subjectOf({ alert, number, world }: MailInput, words: MailWords): string {
  const { count, expected, documents } = alert.evaluation;
  const marks = `${world === 'live' ? '' : `[${world.toUpperCase()}] `}[${words.severity[alert.severity]}] `;
  const tail = words.subject('', decimal(count, 1), decimal(expected, 1), documents);
  // The name gives way, never the numbers; `Re: ` has to fit in as well.
  const room = MAX_SUBJECT_CHARS - 'Re: '.length - marks.length - tail.length;
  const name = plainLine(alert.series.name.replace(/\p{Extended_Pictographic}/gu, ''), Math.max(8, room));
  const subject = words.subject(name, decimal(count, 1), decimal(expected, 1), documents);
  return `${number === 2 ? 'Re: ' : ''}${marks}${subject}`;
}

function leadOf({ alert, number }: MailInput, words: MailWords): string {
  const { evaluation } = alert;
  const facts = {
    name: plainLine(alert.series.name, 80),
    documents: evaluation.documents,
    stories: evaluation.stories,
    hours: evaluation.windowHours,
    count: decimal(evaluation.count, 1),
    expected: decimal(evaluation.expected, 1),
    ratio: ratioOf(alert),
    since: utc(alert.startedAt),
  };
  return number === 1
    ? words.fired(facts)
    : words.resolved({ ...facts, resolvedAt: utc(alert.resolvedAt ?? evaluation.at) });
}

function factsOf({ alert, number }: MailInput, words: MailWords): readonly (readonly [string, string])[] {
  const { evaluation, series, rule, model } = alert;
  const at = Date.parse(evaluation.at);
  const name = plainLine(series.name, 80);
  const sources = [...new Set(alert.documents.map((document) => plainLine(document.source, 40)))];
  const { facts } = words;
  const { documents } = evaluation;
  return [
    [facts.series, series.kind === 'market' ? name : `${name} (${series.id})`],
    [facts.rule, words.ruleValue(rule.id, rule.version)],
    [facts.severity, words.severity[alert.severity]],
    [
      facts.weight,
      words.weightValue(decimal(evaluation.count), decimal(evaluation.expected), ratioOf(alert)),
    ],
    [facts.score, words.scoreValue(decimal(evaluation.score), decimal(evaluation.threshold))],
    ...(evaluation.polarity === null ? [] : [[facts.polarity, signed(evaluation.polarity)] as const]),
    [
      facts.window,
      words.windowValue(utc(windowStartAt(evaluation, at)), utc(evaluation.at), evaluation.windowHours),
    ],
    [facts.began, words.beganValue(utc(alert.startedAt), utc(alert.firedAt ?? evaluation.at))],
    [
      facts.documents,
      words.documentsValue(documents, evaluation.stories, documents - (evaluation.judged ?? documents)),
    ],
    ...(sources.length === 0 || number === 2 ? [] : [[facts.sources, sources.join(', ')] as const]),
    [facts.history, words.historyValue(Math.floor(evaluation.historyDays))],
    [facts.model, words.modelValue(model.name, model.version, hashOf(model))],
  ];
}

function barsOf(days: readonly DayBar[]): MailContent['bars'] {
  const highest = Math.max(1e-9, ...days.map((day) => day.negativeWeight));
  return days.map((day) => ({
    label: utc(day.end).slice(5, 16),
    value: decimal(day.negativeWeight, 1),
    share: day.negativeWeight / highest,
  }));
}

function evidenceOf({ alert, stories }: MailInput, words: MailWords): readonly EvidenceText[] {
  const total = Math.max(1e-9, alert.evaluation.count);
  return alert.documents.slice(0, MAX_DOCUMENTS).map((document) => {
    const title = plainLine(document.title, 160);
    const sentence = plainLine(document.sentence, 400);
    const marked = wordsOf(document);
    return {
      title,
      sentence: saysTheSame(sentence, title) ? '' : sentence,
      link: webLink(document.url),
      origin: `${plainLine(document.source, 40)}, ${utc(document.publishedAt)}${markOf(document, words)}`,
      score: words.evidenceScore(decimal(document.negative), percent(document.weight / total)),
      ...storyOf(stories.get(document.id), words),
      marked,
      weighed: marked.length === 0 ? null : words.weighed(marked),
      ruled: ruledOf(document, words),
    };
  });
}

/** Stored alerts may be of any age, so what they hold is bounded here as well. */
function wordsOf({ words = [] }: EvidenceDocument): readonly string[] {
  return words
    .slice(0, MAX_MARKED)
    .map((word) => plainLine(word, MAX_WORD_CHARS))
    .filter((word) => word !== '');
}

function ruledOf({ rules = [] }: EvidenceDocument, words: MailWords): string | null {
  if (rules.length === 0) return null;
  return words.ruled(rules.map(({ id, reason }) => ({ id, reason: plainLine(reason, 300) })));
}

function storyOf(facts: StoryFacts | undefined, words: MailWords): Pick<EvidenceText, 'spread' | 'driven'> {
  if (facts === undefined) return { spread: null, driven: null };
  const { copies, outlets, authors, firstSource, guard } = facts;
  return {
    spread:
      copies === 0
        ? words.toldOnce
        : words.spread({ copies, outlets, accounts: authors, first: plainLine(firstSource.name, 40) }),
    driven: guard.drivenBy === null ? null : words.driven(guard.drivenBy),
  };
}

/** A fact needs no mark. */
function markOf({ certainty }: EvidenceDocument, words: MailWords): string {
  return certainty === undefined || certainty === 'fact' ? '' : `, ${words.certainty[certainty]}`;
}

/** The beginning of the artefact's hash, unless the version is that already. */
function hashOf({ version, sha256 }: Alert['model']): string {
  return sha256.startsWith(version.split('+')[0] ?? '') ? '' : sha256.slice(0, 12);
}

/** A sentence that is the headline but for its full stop tells nothing new. */
function saysTheSame(sentence: string, title: string): boolean {
  const bare = (text: string) => text.replace(/[.。!！]+$/u, '').toLowerCase();
  return bare(sentence) === bare(title);
}

function whyOf(alert: Alert, words: MailWords): readonly string[] {
  const { evaluation } = alert;
  const strongest = alert.documents[0]?.weight ?? 0;
  return words.why({
    score: decimal(evaluation.score),
    threshold: decimal(evaluation.threshold),
    count: decimal(evaluation.count),
    without: decimal(Math.max(0, evaluation.count - strongest)),
    historyDays: Math.floor(evaluation.historyDays),
  });
}

function ratioOf(alert: Alert): string {
  const { count, expected } = alert.evaluation;
  return `${decimal(count / Math.max(1e-9, expected), 1)}×`;
}

function decimal(value: number, digits = 2): string {
  return value.toFixed(digits);
}

function signed(value: number): string {
  return value < 0 ? `−${decimal(-value)}` : `+${decimal(value)}`;
}

function percent(share: number): string {
  return `${Math.round(100 * Math.min(1, share))} %`;
}

function utc(time: string | number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
