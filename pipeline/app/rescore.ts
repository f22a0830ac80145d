import { loadClassifier } from '../../models/load-classifier.js';
import type { ModelName } from '../../models/model-names.js';
import { SOURCE_KINDS, type RawDocument } from '../core/document.js';
import type { DocumentView } from '../core/store.js';
import { documentText, UNANSWERED, type ModelVersion } from '../core/scored.js';
import { DOCUMENT_FLAGS } from '../operators/flag-document.js';
import { scoreSentiment } from '../operators/score-sentiment.js';
import type { LinkedDocument } from '../operators/understand-document.js';
import type { VersionKey } from '../storage/queries/stored-documents.js';
import type { Rescore, RescoreRange, RescoreStore } from '../storage/rescore.js';
import { withRules } from './expert-rules.js';
import { isCalm, type Flow } from './flow.js';
import type { OperationContext } from './operations/operation.js';
import { modelOptions, type Understanding } from './understanding.js';

export interface RescoreRequest {
  /** Null: the one that the installation serves. */
  readonly model: ModelName | null;
  /** Publication in [from, to), milliseconds; null for no limit. */
  readonly from: number | null;
  readonly to: number | null;
}

export interface RescoreResult {
  /** All that was written is by this one. */
  readonly model: ModelVersion;
  readonly rescored: number;
  /** Left over by an interruption, or corrected meanwhile; the same request goes on there. */
  readonly remaining: number;
  /** The one that took over from it meanwhile, in which case it has ended early; else null. */
  readonly replacedBy: ModelVersion | null;
}

type RescoreContext = Pick<OperationContext, 'parts' | 'config' | 'clock' | 'logger' | 'touch'> & {
  readonly flow: Pick<Flow, 'lag'>;
};

const BATCH = 32;
/** Fetched at a time, because each question for them looks at the whole range. */
const KEYS = 10_000;
const LOOK_AGAIN_MS = 50;
const PROGRESS_EVERY_MS = 10_000;
const LATEST_MS = Date.UTC(2100, 0, 1);
/** Flags that reading gave, and not a model. */
const READING_FLAGS: readonly string[] = [...DOCUMENT_FLAGS, 'late'];

/**
 * Scores stored documents again with another model, beside their old scores, at low priority.
 *
 * Documents that the model has scored already are left out, so that it goes on after an abort or a kill, and doing it
 * again changes nothing. Detection is not asked again about the past, and sees the new scores from then on. It ends where another
 * model, or other rules, take over from the one that it scores with.
 */
export async function rescoreDocuments(
  request: RescoreRequest,
  context: RescoreContext,
  signal: AbortSignal,
): Promise<RescoreResult> {
  const { parts, config } = context;
  const name = request.model;
  const { classifier: served, rules } = parts.understanding;
  if (name === null || name === served.model.name)
    return rescoreWith({ classifier: served, rules }, request, context, signal);
  const loaded = await loadClassifier({ ...modelOptions(config.models), name });
  // Its name says which rules decide over it, so they stay.
  const kept = rules.pinned?.() ?? rules;
  const classifier = withRules(loaded, kept);
  try {
    return await rescoreWith({ classifier, rules: kept }, request, context, signal);
  } finally {
    await classifier.close();
  }
}

async function rescoreWith(
  scoring: Pick<Understanding, 'classifier' | 'rules'>,
  request: RescoreRequest,
  { parts, clock, flow, logger, touch }: RescoreContext,
  signal: AbortSignal,
): Promise<RescoreResult> {
  const { store, understanding } = parts;
  const { model } = scoring.classifier;
  let replacedBy: ModelVersion | null = null;
  const range = { model, from: request.from ?? 0, to: request.to ?? LATEST_MS };
  let rescored = 0;
  let said = clock.monotonic();
  for await (const keys of batchesLeft(store.rescore, range)) {
    while (!signal.aborted && !(await isCalm(flow))) await clock.sleep(LOOK_AGAIN_MS, signal);
    if (signal.aborted) break;
    const views = await store.rescore.read(keys);
    replacedBy = otherThan(model, scoring.classifier.model);
    if (replacedBy !== null) break;
    // Nothing may be awaited in between: which model is asked is decided now.
    const rescores = await scoreAgain(views, { ...understanding, ...scoring }, clock.now());
    touch(await store.rescore.write(rescores));
    rescored += rescores.length;
    if (clock.monotonic() - said < PROGRESS_EVERY_MS) continue;
    said = clock.monotonic();
    logger.info('Stored documents are being scored again.', { documents: rescored, model: model.name });
  }
  return { model, rescored, remaining: await store.rescore.remaining(range), replacedBy };
}

function otherThan(model: ModelVersion, now: ModelVersion): ModelVersion | null {
  return now.sha256 === model.sha256 && now.version === model.version ? null : now;
}

async function* batchesLeft(
  rescore: Pick<RescoreStore, 'candidates'>,
  range: RescoreRange,
): AsyncGenerator<readonly VersionKey[]> {
  for (let after = ''; ;) {
    const keys = await rescore.candidates(range, after, KEYS);
    for (let first = 0; first < keys.length; first += BATCH) yield keys.slice(first, first + BATCH);
    const last = keys.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

/**
 * The names of a document stay as they were linked; only what the model says is new. Documents about which it gives no answer
 * are left out. `credibility`: of each view's source, where it is to count; 1 without.
 */
export async function scoreAgain(
  views: readonly DocumentView[],
  understanding: Pick<Understanding, 'classifier' | 'splitSentences' | 'rules' | 'foreign' | 'weigh'>,
  now: number,
  credibility: readonly number[] = [],
): Promise<readonly Rescore[]> {
  const linked = views.map((view, index) => toLinked(view, index, credibility[index] ?? 1));
  const messages = await scoreSentiment(linked, { ...understanding, now: () => now });
  return messages.flatMap((message, index) => {
    const version = views[index]?.version;
    if (message.kind !== 'scored' || version === undefined) return [];
    const { scored } = message;
    if (scored.model.version === UNANSWERED) return [];
    return [{ version, scored, contributions: understanding.weigh(scored) }];
  });
}

/** A stored document as a model is asked about it; what the source said beyond text and names is not stored. */
export function toLinked(view: DocumentView, offset: number, credibility = 1): LinkedDocument {
  const { id, action, source, url, title, text, language, author, publishedAt, receivedAt } = view;
  return {
    kind: 'linked',
    raw: { partition: 0, offset },
    bytes: 0,
    appendedAt: 0,
    document: {
      id,
      contentHash: '',
      action,
      source: { ...source, kind: kindOf(source.kind), licence: null, credibility },
      nativeId: '',
      url,
      title,
      text,
      language,
      author,
      publishedAt,
      precision: 'ms',
      modifiedAt: null,
      receivedAt,
      tickers: [],
      extra: {},
    },
    text: documentText(view),
    language,
    links: view.mentions.map(({ instrument, name, relevance, via, reasons, spans }) => ({
      instrument,
      name,
      relevance,
      via,
      ...(reasons === undefined ? {} : { reasons }),
      spans,
    })),
    storyId: view.storyId,
    flags: view.flags.filter((flag) => READING_FLAGS.includes(flag)),
  };
}

function kindOf(stored: string): RawDocument['source']['kind'] {
  return SOURCE_KINDS.find((kind) => kind === stored) ?? 'news';
}
