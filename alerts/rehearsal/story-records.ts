import type { DocumentVersion, StoryOccurrence, StoryStretch } from '../../pipeline/core/store.js';
import type { AuthorVoice } from '../../pipeline/core/story.js';

const OCCURRENCES = 4;
const OCCURRENCES_MS = 6 * 3_600_000;
const VOICES = 3;

interface StoryRow extends StoryOccurrence {
  readonly silent: boolean;
}

/** What a rehearsal must know of stories and accounts, answered as the store does. */
export class StoryRecords {
  readonly #told = new Map<string, StoryRow[]>();
  readonly #left = new Map<string, { readonly documentId: string; readonly sequence: number }[]>();
  readonly #voices = new Map<string, (AuthorVoice & { readonly sequence: number })[]>();

  add({ scored, version, sequence, silent, leftStory, authorDay, contributions }: DocumentVersion): void {
    const { document, storyId } = scored;
    const documentId = document.id;
    const publishedAt = Date.parse(document.publishedAt);
    if (document.action !== 'retract')
      append(this.#told, storyId, { storyId, documentId, version, publishedAt, sequence, silent });
    if (leftStory !== null) append(this.#left, leftStory, { documentId, sequence });
    if (authorDay === null) return;
    for (const { series, weight } of contributions)
      if (weight > 0) append(this.#voices, authorDay, { authorDay, series, documentId, sequence });
  }

  find(storyIds: readonly string[], stretch: StoryStretch): readonly StoryOccurrence[] {
    return storyIds.flatMap((storyId) => this.#find(storyId, stretch));
  }

  voices(authorDays: readonly string[], before: number): readonly AuthorVoice[] {
    const taken = new Map<string, Set<string>>();
    return authorDays.flatMap((day) =>
      (this.#voices.get(day) ?? []).filter(({ authorDay, series, documentId, sequence }) => {
        if (sequence >= before) return false;
        const key = `${authorDay} ${series}`;
        const documents = taken.get(key) ?? new Set();
        taken.set(key, documents);
        if (documents.has(documentId) || documents.size === VOICES) return false;
        documents.add(documentId);
        return true;
      }),
    );
  }

  #find(storyId: string, { from, to, before }: StoryStretch): readonly StoryOccurrence[] {
    const left = new Map((this.#left.get(storyId) ?? []).flatMap(beforeOnly(before)));
    const newest = new Map<string, StoryRow>();
    const joined = new Map<string, number>();
    for (const row of this.#told.get(storyId) ?? []) {
      if (row.publishedAt < from || row.publishedAt >= to || row.sequence >= before) continue;
      newest.set(row.documentId, row);
      if (!joined.has(row.documentId)) joined.set(row.documentId, row.sequence);
    }
    const present = [...newest.values()].flatMap(({ silent, sequence, ...row }) => {
      if (silent || sequence <= (left.get(row.documentId) ?? -1)) return [];
      return [{ ...row, sequence: joined.get(row.documentId) ?? sequence }];
    });
    const counts = new Map<number, number>();
    return present
      .sort((a, b) => a.sequence - b.sequence)
      .filter(({ publishedAt }) => {
        const block = Math.floor(publishedAt / OCCURRENCES_MS);
        const count = (counts.get(block) ?? 0) + 1;
        counts.set(block, count);
        return count <= OCCURRENCES;
      });
  }
}

function beforeOnly(before: number) {
  return ({ documentId, sequence }: { readonly documentId: string; readonly sequence: number }) =>
    sequence < before ? [[documentId, sequence] as const] : [];
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
