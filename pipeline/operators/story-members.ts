import type { StoryOccurrence } from '../core/store.js';
import { STORY_WINDOW_MS } from './stories/story-index.js';

/** A version of a document on its way into its story. */
export interface TellingVersion extends StoryOccurrence {
  /** Stories that it may leave or come back to; none for a new document. */
  readonly revisits: readonly string[];
  /** False for a retraction and for what is silent: it tells nothing from now on. */
  readonly speaks: boolean;
}

/** A document whose place in its story has changed. */
export interface TurnedMember {
  readonly member: StoryOccurrence;
  readonly opens: boolean;
}

/**
 * Who tells which story at a place in the log, and who opens it: whoever has no other document within the 72 hours around it
 * that came before in the log. When that one leaves (taken back, or corrected into another story), the next one opens.
 *
 * Memory: what it is given, and one entry a document of the batch.
 */
export class StoryMembers {
  /** In the order in which they came. */
  readonly #byStory = new Map<string, readonly StoryOccurrence[]>();

  constructor(occurrences: readonly StoryOccurrence[]) {
    for (const occurrence of occurrences) this.#put(occurrence);
  }

  /** Takes the version in and answers whether it opens its story, and whose place that changes. */
  take({ revisits, speaks, ...member }: TellingVersion): {
    readonly opens: boolean;
    readonly turned: readonly TurnedMember[];
  } {
    const before = revisits.map((story) => this.#of(story));
    for (const story of revisits) this.#remove(story, member.documentId);
    if (speaks) this.#put(member);
    const turned = revisits.flatMap((story, index) => turnedIn(before[index] ?? [], this.#of(story), member));
    return { opens: speaks && opensAmong(member, this.#of(member.storyId)), turned };
  }

  #of(storyId: string): readonly StoryOccurrence[] {
    return this.#byStory.get(storyId) ?? [];
  }

  #put(member: StoryOccurrence): void {
    const members = this.#of(member.storyId);
    const after = members.findIndex(({ sequence }) => sequence > member.sequence);
    const at = after < 0 ? members.length : after;
    this.#byStory.set(member.storyId, [...members.slice(0, at), member, ...members.slice(at)]);
  }

  #remove(storyId: string, documentId: string): void {
    const members = this.#of(storyId);
    if (members.some((member) => member.documentId === documentId))
      this.#byStory.set(
        storyId,
        members.filter((member) => member.documentId !== documentId),
      );
  }
}

function turnedIn(
  before: readonly StoryOccurrence[],
  after: readonly StoryOccurrence[],
  moved: StoryOccurrence,
): readonly TurnedMember[] {
  const was = before.find(({ documentId }) => documentId === moved.documentId);
  const is = after.find(({ documentId }) => documentId === moved.documentId);
  if (was?.publishedAt === is?.publishedAt && was?.sequence === is?.sequence) return [];
  return after.flatMap((member) => {
    const near = [was, is].some((place) => place !== undefined && isNear(place, member));
    if (member.documentId === moved.documentId || !near) return [];
    const opens = opensAmong(member, after);
    return opens === opensAmong(member, before) ? [] : [{ member, opens }];
  });
}

function opensAmong(member: StoryOccurrence, members: readonly StoryOccurrence[]): boolean {
  for (const other of members) {
    if (other.sequence >= member.sequence) return true;
    if (other.documentId !== member.documentId && isNear(other, member)) return false;
  }
  return true;
}

function isNear(a: StoryOccurrence, b: StoryOccurrence): boolean {
  return Math.abs(a.publishedAt - b.publishedAt) <= STORY_WINDOW_MS;
}
