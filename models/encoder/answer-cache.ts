import type { Classification } from '../../pipeline/core/model.js';

/** Answers of texts that were read before, the ones asked for last; never more than `maxBytes` of them. */
export interface AnswerCache {
  get(key: string): Classification | undefined;
  set(key: string, answer: Classification): void;
}

/** What an answer takes beside its key: objects of sentiment, topics and mentions (measured, rounded up). */
const ANSWER_BYTES = 700;
const MENTION_BYTES = 150;

/** Creates a cache that forgets what was not asked for longest. Keys count two bytes a character. */
export function createAnswerCache(maxBytes: number): AnswerCache {
  // A map keeps the order of insertion: its first entry is the one to go.
  const answers = new Map<string, Classification>();
  let bytes = 0;
  return {
    get(key) {
      const answer = answers.get(key);
      if (answer === undefined) return undefined;
      answers.delete(key);
      answers.set(key, answer);
      return answer;
    },
    set(key, answer) {
      const known = answers.get(key);
      if (known !== undefined) bytes -= sizeOf(key, known);
      answers.delete(key);
      answers.set(key, answer);
      bytes += sizeOf(key, answer);
      for (const [oldest, value] of answers) {
        if (bytes <= maxBytes) break;
        answers.delete(oldest);
        bytes -= sizeOf(oldest, value);
      }
    },
  };
}

function sizeOf(key: string, { mentions = [] }: Classification): number {
  return key.length * 2 + ANSWER_BYTES + mentions.length * MENTION_BYTES;
}
