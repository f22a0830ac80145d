import type { ScoredDocument } from '../../core/scored.js';
import type { MonitorStore } from '../../core/store.js';
import { decodeSketch, encodeSketch } from './encode-sketch.js';
import { sketchStory } from './sketch-story.js';
import { createStoryIndex, STORY_ENTRIES } from './story-index.js';

export interface AssignedStory {
  readonly storyId: string;
  /** What the index has to be filled with again, or null when the text brought nothing new. */
  readonly storySketch: string | null;
}

/** Gives documents their stories, batch by batch in the order of `documents.scored`. */
export interface StoryAssigner {
  /** Begins the batch whose first message has this sequence. */
  open(sequence: number): Promise<void>;
  /** The story of a document that was not decided before. */
  assign(scored: ScoredDocument): AssignedStory;
  /** Takes note of a version as it was decided before a crash. */
  remember(scored: ScoredDocument, story: AssignedStory): void;
  /** Ends the batch whose last message has this sequence; without it the next one begins with what is stored. */
  close(sequence: number): void;
}

/**
 * Creates the assigner of a monitor; one for each.
 *
 * A batch that does not begin where the one before ended (the first one, one that is done again, one after another process was
 * the monitor) begins with what the store holds of the messages before it. So stories depend on the log alone. Rejects as the
 * store does; the batch may then be tried again. Memory: 96 MB at most, as it fills.
 */
export function createStoryAssigner(
  store: Pick<MonitorStore, 'findStoryEntries'>,
  entries: number = STORY_ENTRIES,
): StoryAssigner {
  const index = createStoryIndex(entries);
  let next: number | null = null;

  function restore(storyId: string, time: number, encoded: string): void {
    const sketch = decodeSketch(encoded);
    if (sketch !== null) index.restore({ storyId, time, sketch });
  }

  return {
    async open(sequence) {
      const goesOn = sequence === next;
      next = null;
      if (goesOn) return;
      const stored = await store.findStoryEntries(sequence, entries);
      index.clear();
      for (const { storyId, publishedAt, sketch } of stored) restore(storyId, publishedAt, sketch);
    },
    assign({ document, storyId: fingerprint }) {
      const sketch = sketchStory(document.title, document.text);
      const time = Date.parse(document.publishedAt);
      const { storyId, entered } = index.assign({ fingerprint, time, sketch });
      return { storyId, storySketch: entered && sketch !== null ? encodeSketch(sketch) : null };
    },
    remember({ document }, { storyId, storySketch }) {
      if (storySketch !== null) restore(storyId, Date.parse(document.publishedAt), storySketch);
    },
    close(sequence) {
      next = sequence + 1;
    },
  };
}
