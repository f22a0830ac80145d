import type { FastifyInstance } from 'fastify';

import { documentText } from '../../../pipeline/core/scored.js';
import { MARKET_SERIES } from '../../../pipeline/core/series.js';
import type { DocumentView } from '../../../pipeline/core/store.js';
import type { StoryMember } from '../../../pipeline/core/story.js';
import { TOPICS } from '../../../pipeline/core/taxonomy.js';
import {
  DOCUMENT_ID,
  limitSchema,
  MIN_RELEVANCE,
  objectSchema,
  parseAsOf,
  parseTime,
  requireOrder,
  SERIES,
  TIME,
  toIso,
  TOPIC,
  toTopic,
} from '../parameters.js';
import type { ServerDeps } from '../ports.js';
import { ProblemError } from '../problem.js';
import type { ReadGate } from '../read-gate.js';
import { describeSeries, resolveSeries, type ResolvedSeries } from '../series-key.js';
import type { DocumentAnswer, DocumentsAnswer, WireDocument, WireExplanation, WireStory } from '../wire.js';

interface ListParameters {
  readonly series: string;
  readonly topic?: string;
  readonly from?: string;
  readonly to?: string;
  readonly asOf?: string;
  readonly minRelevance: number;
  readonly order: 'newest' | 'most_negative';
  readonly limit: number;
  readonly cursor?: string;
}

interface OneParameters {
  readonly asOf?: string;
  readonly series?: string;
}

const listQuery = objectSchema({
  series: { ...SERIES, default: MARKET_SERIES },
  topic: TOPIC,
  from: TIME,
  to: TIME,
  asOf: TIME,
  minRelevance: MIN_RELEVANCE,
  order: { type: 'string', enum: ['newest', 'most_negative'], default: 'newest' },
  limit: limitSchema(50, 200),
  cursor: { type: 'string', minLength: 1, maxLength: 500, description: 'nextCursor of the page before' },
});
const oneQuery = objectSchema({ asOf: TIME, series: SERIES });
const params = objectSchema({ id: DOCUMENT_ID }, ['id']);

export function addDocumentRoutes(app: FastifyInstance, deps: ServerDeps, gate: ReadGate): void {
  app.get<{ Querystring: ListParameters }>(
    '/api/v1/documents',
    { schema: { querystring: listQuery } },
    async (request): Promise<DocumentsAnswer> => {
      const query = request.query;
      const status = deps.status();
      const { now } = status;
      const asOf = parseAsOf(query.asOf, status);
      const to = parseTime('to', query.to) ?? (asOf ?? now) + 1;
      const from = parseTime('from', query.from) ?? 0;
      requireOrder(from, to);
      const series = resolveSeries(query.series, to, deps.instruments);
      const page = await gate(() =>
        deps.queries.documents({
          series: series.key,
          topic: topicOf(series, query.topic),
          from,
          to,
          asOf,
          minRelevance: query.minRelevance,
          order: query.order,
          limit: query.limit,
          cursor: query.cursor ?? null,
        }),
      );
      return {
        data: page.items.map((view) => toDocument(view, deps)),
        nextCursor: page.nextCursor,
        asOf: toIso(asOf ?? now),
        series: describeSeries(series.key, deps.instruments, series.topic),
      };
    },
  );

  app.get<{ Params: { id: string }; Querystring: OneParameters }>(
    '/api/v1/documents/:id',
    { schema: { params, querystring: oneQuery } },
    async (request): Promise<DocumentAnswer> => {
      const status = deps.status();
      const asOf = parseAsOf(request.query.asOf, status);
      const view = await gate(() => deps.queries.document(request.params.id, asOf));
      if (view === null) {
        throw new ProblemError(
          404,
          `There is no document ${request.params.id}${asOf === null ? '' : ' at that time'}.`,
        );
      }
      const members = await gate(() => deps.queries.storyMembers(view.storyId, asOf));
      const document = await toMarkedDocument(view, request.query.series, deps);
      const explanation = await explainView(view, deps);
      return {
        data: { ...document, explanation, story: toStory(view, members, deps) },
        asOf: toIso(asOf ?? status.now),
      };
    },
  );
}

function topicOf(series: ResolvedSeries, topic: string | undefined) {
  if (series.topic !== null && topic !== undefined) {
    throw new ProblemError(
      400,
      'A series topic:… has its topic already; leave out the query parameter "topic".',
    );
  }
  return series.topic ?? toTopic(topic);
}

/** A stored document with the names of both languages beside its ids. */
function toDocument(view: DocumentView, deps: ServerDeps): WireDocument {
  return {
    ...view,
    topics: view.topics.map((score) => ({
      ...score,
      name: TOPICS[score.topic].en,
      nameZh: TOPICS[score.topic].zh,
    })),
    mentions: view.mentions.map((mention) => ({
      ...mention,
      nameZh: deps.instruments.describe(mention.instrument)?.nameZh ?? null,
    })),
  };
}

/** Adds the text that spans point into and the sentence that carried the score for the chosen series. */
async function toMarkedDocument(
  view: DocumentView,
  requested: string | undefined,
  deps: ServerDeps,
): Promise<Omit<DocumentAnswer['data'], 'story' | 'explanation'>> {
  const text = documentText(view);
  const series =
    requested === undefined ? null : resolveSeries(requested, Date.parse(view.publishedAt), deps.instruments);
  const spans = view.mentions.find((mention) => mention.instrument === series?.key)?.spans ?? [];
  return {
    ...toDocument(view, deps),
    fullText: text,
    sentence: await deps.findTellingSentence({ text, language: view.language, spans }),
  };
}

/** Another model's words would say nothing of the score that is shown. */
async function explainView(view: DocumentView, deps: ServerDeps): Promise<WireExplanation | null> {
  if (view.action === 'retract') return null;
  const explanation = await deps.explain({ text: documentText(view), language: view.language });
  const { name, sha256 } = view.model;
  return explanation?.model.name === name && explanation.model.sha256 === sha256 ? explanation : null;
}

function toStory(
  { id, publishedAt }: DocumentView,
  members: readonly StoryMember[],
  deps: ServerDeps,
): WireStory | null {
  const facts = deps.describeStory({ id, publishedAt: Date.parse(publishedAt) }, members);
  return facts === null ? null : { ...facts, firstAt: toIso(facts.firstAt), lastAt: toIso(facts.lastAt) };
}
