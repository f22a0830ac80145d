import type { MonitorStore, StoredVersion, StoryOccurrence, StoryStretch } from '../core/store.js';
import { authorDayOf, AuthorVoices } from './author-voices.js';
import type { DecidedVersion } from './decide-versions.js';
import { STORY_WINDOW_MS } from './stories/story-index.js';
import { StoryMembers } from './story-members.js';

export interface StoryContext {
  readonly members: StoryMembers;
  readonly voices: AuthorVoices;
  /** Versions of documents that tell a story which one of the batch leaves, or comes back to. */
  readonly others: readonly StoredVersion[];
}

type ContextStore = Pick<MonitorStore, 'findVersions' | 'findStories' | 'findAuthorVoices'>;

/**
 * Who tells the stories of a batch and what its authors have said, as it was before the place in the log at which the batch
 * begins: what comes later is taken in on the way, and after a crash it is stored already.
 *
 * One look-up in the store, one more where posts have authors, and two more where documents of the batch are corrected or
 * taken back.
 */
export async function loadStoryContext(
  decided: readonly DecidedVersion[],
  before: number,
  store: ContextStore,
): Promise<StoryContext> {
  const fresh = decided.filter(({ duplicate }) => !duplicate);
  const told = fresh.map(({ item }) => placeOf(item.scored.storyId, item.scored.document.publishedAt));
  // Whoever is left behind may lie 72 hours away, and what makes that one a copy as far again.
  const changed = fresh.flatMap(({ item, previous }) =>
    previous === null
      ? []
      : [
          placeOf(previous.storyId, previous.publishedAt),
          placeOf(item.scored.storyId, item.scored.document.publishedAt),
        ],
  );
  const around = await findAround(told, STORY_WINDOW_MS, before, store);
  const behind = await findAround(changed, 2 * STORY_WINDOW_MS, before, store);
  const known = new Map([...around, ...behind].map((one) => [`${one.storyId} ${one.documentId}`, one]));
  const ids = [...new Set(behind.map(({ documentId }) => documentId))];
  const authorDays = new Set(fresh.flatMap(({ item }) => authorDayOf(item.scored.document) ?? []));
  return {
    members: new StoryMembers([...known.values()]),
    voices: new AuthorVoices(
      authorDays.size === 0 ? [] : await store.findAuthorVoices([...authorDays], before),
    ),
    others: ids.length === 0 ? [] : await store.findVersions(ids),
  };
}

interface StoryPlace {
  readonly storyId: string;
  readonly publishedAt: number;
}

function placeOf(storyId: string, publishedAt: string): StoryPlace {
  return { storyId, publishedAt: Date.parse(publishedAt) };
}

async function findAround(
  places: readonly StoryPlace[],
  reachMs: number,
  before: number,
  store: Pick<MonitorStore, 'findStories'>,
): Promise<readonly StoryOccurrence[]> {
  if (places.length === 0) return [];
  const times = places.map(({ publishedAt }) => publishedAt);
  const stretch: StoryStretch = {
    from: times.reduce((a, b) => Math.min(a, b)) - reachMs,
    to: times.reduce((a, b) => Math.max(a, b)) + reachMs + 1,
    before,
  };
  return store.findStories([...new Set(places.map(({ storyId }) => storyId))], stretch);
}
