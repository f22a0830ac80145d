import type { RejectedItem } from '../../ingest/source.js';
import { createReplaySource } from '../../ingest/sources/replay.js';
import type { Clock } from '../core/clock.js';
import type { RawDocument } from '../core/document.js';
import { storyIdOf } from '../operators/fingerprint-story.js';
import { noveltyOf } from '../operators/stories/describe-story.js';
import { sketchStory } from '../operators/stories/sketch-story.js';
import { createStoryIndex, STORY_WINDOW_MS } from '../operators/stories/story-index.js';

export interface ToldStory {
  /** As the file names the document. */
  readonly id: string;
  readonly storyId: string;
  /** See `noveltyOf`. */
  readonly novelty: number;
}

export interface TellStoriesOptions {
  readonly files: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onTold: (story: ToldStory) => void;
  readonly onRejected: (item: RejectedItem) => void;
}

interface Course {
  readonly firstAt: number;
  lastAt: number;
  documents: number;
}

/**
 * Gives recorded documents their stories in the order of the files, as a monitor would. A story that nobody told for 72 hours
 * begins anew. Memory: the index, and about 150 bytes a story of the files.
 */
export async function tellStories(options: TellStoriesOptions): Promise<void> {
  const index = createStoryIndex();
  const courses = new Map<string, Course>();

  function tell(document: RawDocument): ToldStory {
    const { title, text, nativeId } = document;
    const time = Date.parse(document.publishedAt);
    const fingerprint = storyIdOf(title, text);
    const { storyId } = index.assign({ fingerprint, time, sketch: sketchStory(title, text) });
    const known = courses.get(storyId);
    const course =
      known === undefined || time - known.lastAt > STORY_WINDOW_MS
        ? { firstAt: time, lastAt: time, documents: 0 }
        : known;
    const novelty = noveltyOf({ earlier: course.documents, ageMs: time - course.firstAt });
    course.documents += 1;
    course.lastAt = Math.max(course.lastAt, time);
    courses.set(storyId, course);
    return { id: nativeId, storyId, novelty };
  }

  const source = createReplaySource({
    files: options.files,
    speed: 'max',
    readCursor: () => Promise.resolve(null),
    clock: options.clock,
    virtualClock: true,
    onRejected: options.onRejected,
  });
  await source.run(({ documents }) => {
    for (const document of documents) options.onTold(tell(document));
    return Promise.resolve();
  }, options.signal);
}
