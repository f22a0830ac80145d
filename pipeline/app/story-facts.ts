import type { QueryStore } from '../core/store.js';
import type { StoryFacts } from '../core/story.js';
import { storyFactsOf } from '../operators/stories/describe-story.js';

/** How the story of a document had spread by `asOf` (milliseconds); null when the document was not known then, or is erased. */
export async function loadStoryFacts(
  store: Pick<QueryStore, 'document' | 'storyMembers'>,
  documentId: string,
  asOf: number,
): Promise<StoryFacts | null> {
  const view = await store.document(documentId, asOf);
  if (view === null) return null;
  const members = await store.storyMembers(view.storyId, asOf);
  return storyFactsOf({ id: documentId, publishedAt: Date.parse(view.publishedAt) }, members);
}
