import type { SourceKind } from '../../core/document.js';
import type { StoryFacts, StoryGuard, StoryMember, StorySpread } from '../../core/story.js';

const MINUTE_MS = 60_000;
const YOUNG_MS = 30 * 86_400_000;
const HALF_LIFE_MS = 24 * 3_600_000;
const DRIVEN_MIN_POSTS = 10;
const DRIVEN_SHARE = 0.9;
const DRIVEN_MAX_ACCOUNTS = 5;

/**
 * How new a document is, 0…1: 1 for the first one of a story, then falling with the number of documents before it and by half
 * every 24 hours since the first.
 */
export function noveltyOf(story: { readonly earlier: number; readonly ageMs: number }): number {
  return 0.5 ** (Math.max(0, story.ageMs) / HALF_LIFE_MS) / (1 + story.earlier);
}

/** The spread of a story, or null without documents. Order does not matter; linear in their number. */
export function describeStory(members: readonly StoryMember[]): StorySpread | null {
  const [any] = members;
  if (any === undefined) return null;
  const first = members.reduce((a, b) => (b.publishedAt < a.publishedAt ? b : a), any);
  const platforms: Partial<Record<SourceKind, number>> = {};
  for (const { source } of members) platforms[source.kind] = (platforms[source.kind] ?? 0) + 1;
  const outlets = members.filter(({ source }) => source.kind !== 'social' && source.kind !== 'feedback');
  return {
    firstSource: { id: first.source.id, name: first.source.name },
    firstAt: first.publishedAt,
    lastAt: members.reduce((latest, { publishedAt }) => Math.max(latest, publishedAt), first.publishedAt),
    copies: members.length - 1,
    outlets: new Set(outlets.map(({ source }) => source.id)).size,
    authors: new Set(members.flatMap(({ author }) => author ?? [])).size,
    platforms,
    guard: guardOf(members),
  };
}

/** What is said of a story beside one of its documents, or null without members. The document itself need not be among them. */
export function storyFactsOf(
  document: { readonly id: string; readonly publishedAt: number },
  members: readonly StoryMember[],
): StoryFacts | null {
  const spread = describeStory(members);
  if (spread === null) return null;
  const earlier = members.filter(
    ({ documentId, publishedAt }) => documentId !== document.id && publishedAt < document.publishedAt,
  ).length;
  const novelty = noveltyOf({ earlier, ageMs: document.publishedAt - spread.firstAt });
  return { ...spread, novelty: Math.round(novelty * 1_000) / 1_000 };
}

function guardOf(members: readonly StoryMember[]): StoryGuard {
  const posts = members.filter(({ author }) => author !== null);
  if (posts.length === 0)
    return { authorDiversity: null, copyShare: null, synchrony: null, youngShare: null, drivenBy: null };
  const byAuthor = countsOf(posts.map(({ author }) => author));
  const byText = countsOf(posts.map(({ fingerprint }) => fingerprint));
  const byMinute = countsOf(posts.map(({ publishedAt }) => Math.floor(publishedAt / MINUTE_MS)));
  const aged = posts.flatMap(({ publishedAt, accountSince }) =>
    accountSince === null ? [] : [publishedAt - accountSince],
  );
  const copied = byText.reduce((sum, count) => sum + (count > 1 ? count : 0), 0);
  return {
    authorDiversity: byAuthor.length / posts.length,
    copyShare: copied / posts.length,
    synchrony: (byMinute[0] ?? 0) / posts.length,
    youngShare: aged.length === 0 ? null : aged.filter((age) => age < YOUNG_MS).length / aged.length,
    drivenBy: drivers(byAuthor, posts.length),
  };
}

function drivers(byAuthor: readonly number[], posts: number): number | null {
  if (posts < DRIVEN_MIN_POSTS) return null;
  let written = 0;
  for (const [index, count] of byAuthor.slice(0, DRIVEN_MAX_ACCOUNTS).entries()) {
    written += count;
    if (written >= DRIVEN_SHARE * posts) return index + 1;
  }
  return null;
}

/** How often each value occurs, the most frequent first. */
function countsOf(values: readonly unknown[]): readonly number[] {
  const counts = new Map<unknown, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => b - a);
}
