import { createLexiconClassifier } from '../../../models/lexicon/lexicon-classifier.js';
import {
  rankCandidates,
  wordsOf,
  type Candidate,
  type QueueOrder,
  type QueueReason,
} from '../../../models/labelling/rank-candidates.js';
import type { Label, LabelTask } from '../../core/label.js';
import { documentText } from '../../core/scored.js';
import type { DocumentView } from '../../core/store.js';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../core/taxonomy.js';
import type { CandidateRow, LabelStore } from '../../storage/labels.js';

export interface QueueRequest {
  readonly size: number;
  readonly language: 'en' | 'zh' | null;
  readonly by: QueueOrder;
  readonly seed: number;
  /** How far back, days. */
  readonly days: number;
  /** Who will label: gets second looks at what one other person labelled; null gets none. */
  readonly labeller: string | null;
  /** Only second looks. */
  readonly onlySeconds: boolean;
}

export interface QueuedTask extends LabelTask {
  /** Expected worth; null for a second look. */
  readonly value: number | null;
  readonly reasons: readonly (QueueReason | 'second_look')[];
}

const DAY_MS = 86_400_000;
/** Candidates that the store names for each place of the queue. */
const CANDIDATES_A_PLACE = 10;
const RANDOM_SHARE = 0.2;
/** One in so many is looked at by a second person, so that agreement is known. */
const SECOND_LOOK_EVERY = 4;
/** Labelled texts whose words count as seen. */
const KNOWN_TEXTS = 1_000;

/**
 * The texts that are most worth a person's time, with the reasons. Memory: thirty times the size of the queue in texts, and a
 * thousand that are labelled.
 */
export async function buildQueue(
  request: QueueRequest,
  store: LabelStore,
  now: number,
): Promise<readonly QueuedTask[]> {
  const { size, language, labeller, onlySeconds } = request;
  const most = onlySeconds ? size : Math.ceil(size / SECOND_LOOK_EVERY);
  const keys = labeller === null ? [] : await store.secondLooks({ language, labeller }, most);
  const seconds = (await store.read(keys)).map((view): QueuedTask => ({
    ...toTask(view),
    value: null,
    reasons: ['second_look'],
  }));
  if (onlySeconds) return seconds;
  const looked = new Set(seconds.map(keyOf));
  const firsts = (await rankFirsts(request, store, now)).filter((task) => !looked.has(keyOf(task)));
  return mix(firsts.slice(0, size - seconds.length), seconds);
}

export function toTask(view: DocumentView): LabelTask {
  const companies = view.mentions.filter(({ relevance }) => relevance > 0);
  return {
    documentId: view.id,
    version: view.version,
    language: view.language,
    text: documentText(view),
    source: view.source.name,
    publishedAt: view.publishedAt,
    companies: companies.map(({ instrument, name }) => ({ instrument, name })),
  };
}

async function rankFirsts(
  { size, language, by, seed, days, labeller }: QueueRequest,
  store: LabelStore,
  now: number,
): Promise<readonly QueuedTask[]> {
  const count = size * CANDIDATES_A_PLACE;
  const range = { from: Math.max(0, now - days * DAY_MS), to: now + DAY_MS, language, seed };
  const found = await store.candidates({ ...range, uncertain: by === 'random' ? 0 : count, random: count });
  const labels = await store.list();
  const verdicts = by === 'random' ? [] : lonelyVerdicts(labels, { labeller, from: range.from, most: count });
  const said = byDocument(verdicts);
  const rows = mergeRows([...verdicts.map(toRow), ...found]);
  const views = await store.read(rows);
  const newest = labels.slice(-KNOWN_TEXTS).map(({ documentId, version }) => ({ id: documentId, version }));
  const known = await store.read(newest);
  const offered = new Set(found.map(({ id, version }) => `${id} ${version}`));
  const asked = views.filter((view) => {
    const key = `${view.id} ${view.version}`;
    if (language !== null && !view.language.startsWith(language)) return false;
    // A verdict may be newer than the range of texts, and one that agrees with the model is no reason to ask again.
    return offered.has(key) || (Date.parse(view.publishedAt) >= range.from && isRefuted(view, said.get(key)));
  });
  const candidates = await toCandidates(asked, rows, said);
  const labelledWords = known.map((view) => wordsOf(documentText(view)));
  const ranked = rankCandidates(candidates, { size, by, seed, randomShare: RANDOM_SHARE, labelledWords });
  return ranked.map(({ candidate: { view }, value, reasons }) => ({ ...toTask(view), value, reasons }));
}

function keyOf({ documentId, version }: Pick<Label, 'documentId' | 'version'>): string {
  return `${documentId} ${version}`;
}

function byDocument(labels: readonly Label[]): ReadonlyMap<string, readonly Label[]> {
  const groups = new Map<string, Label[]>();
  for (const label of labels) groups.set(keyOf(label), [...(groups.get(keyOf(label)) ?? []), label]);
  return groups;
}

interface VerdictRange {
  /** Nobody is asked about what they said themselves; null for nobody in particular. */
  readonly labeller: string | null;
  /** Said at this time or later, milliseconds. */
  readonly from: number;
  readonly most: number;
}

/** What one person said of an alert's document and nobody labelled since, the newest ones; who could not tell says nothing. */
function lonelyVerdicts(labels: readonly Label[], { labeller, from, most }: VerdictRange): readonly Label[] {
  const people = new Map<string, Set<string>>();
  for (const label of labels)
    people.set(keyOf(label), (people.get(keyOf(label)) ?? new Set()).add(label.author));
  const lonely = labels.filter(
    (label) =>
      label.origin === 'verdict' &&
      label.value !== 'skip' &&
      label.author !== labeller &&
      label.at >= from &&
      people.get(keyOf(label))?.size === 1,
  );
  return lonely.slice(-most);
}

/** Whether one of the verdicts says that the model was wrong: about the text, or about the company that is meant. */
function isRefuted(view: DocumentView, verdicts: readonly Label[] = []): boolean {
  return verdicts.some(({ instrument, value }) => {
    if (instrument === '') return value !== view.sentiment.label;
    const mention = view.mentions.find((one) => one.instrument === instrument && one.relevance > 0);
    return mention !== undefined && value !== likeliest(mention);
  });
}

function likeliest(scores: Readonly<Record<SentimentLabel, number>>): SentimentLabel {
  return SENTIMENT_LABELS.reduce((best, label) => (scores[label] > scores[best] ? label : best));
}

function toRow({ documentId, version }: Label): CandidateRow {
  return { id: documentId, version, drawn: false, alerts: 0 };
}

function mergeRows(rows: readonly CandidateRow[]): readonly CandidateRow[] {
  const byKey = new Map<string, CandidateRow>();
  for (const row of rows) {
    const key = `${row.id} ${row.version}`;
    const held = byKey.get(key) ?? row;
    byKey.set(key, {
      ...held,
      drawn: held.drawn || row.drawn,
      alerts: Math.max(held.alerts, row.alerts),
    });
  }
  return [...byKey.values()];
}

/** The lexicon is the second opinion: it learnt from nobody, so that it errs elsewhere than what was trained. */
async function toCandidates(
  views: readonly DocumentView[],
  rows: readonly CandidateRow[],
  said: ReadonlyMap<string, readonly Label[]>,
): Promise<readonly (Candidate & { readonly view: DocumentView })[]> {
  const byKey = new Map(rows.map((row) => [`${row.id} ${row.version}`, row]));
  const texts = views.map((view) => ({ text: documentText(view), language: view.language }));
  const answers = await createLexiconClassifier().classify(texts);
  return views.map((view, index) => {
    const key = `${view.id} ${view.version}`;
    const second = view.model.name === 'lexicon' ? null : (answers[index]?.sentiment ?? null);
    return {
      view,
      id: key,
      storyId: view.storyId,
      words: wordsOf(documentText(view)),
      probabilities: view.sentiment,
      second,
      alerts: byKey.get(key)?.alerts ?? 0,
      refuted: isRefuted(view, said.get(key)),
      drawn: byKey.get(key)?.drawn ?? false,
    };
  });
}

/** Every fourth is a second look, as long as there are some. */
function mix(firsts: readonly QueuedTask[], seconds: readonly QueuedTask[]): readonly QueuedTask[] {
  const queue: QueuedTask[] = [];
  const [rest, looks] = [[...firsts], [...seconds]];
  while (rest.length + looks.length > 0) {
    const due = rest.length === 0 || (queue.length + 1) % SECOND_LOOK_EVERY === 0;
    const next = (due ? looks.shift() : rest.shift()) ?? rest.shift();
    if (next !== undefined) queue.push(next);
  }
  return queue;
}
