import { brokenFeeds } from './broken-feeds.js';
import { encodedFeeds } from './encoded-feeds.js';
import { hostileFiles } from './hostile-files.js';
import { soundFeeds } from './sound-feeds.js';

export interface CorpusFile {
  readonly name: string;
  /** `sound` files are well-formed, `broken` ones have items that a careful reader finds, `hostile` ones may only not do harm. */
  readonly kind: 'sound' | 'broken' | 'hostile';
  readonly bytes: Buffer;
  /** How many items a careful reader finds; null for hostile files. */
  readonly items: number | null;
}

/** The corpus of odd and hostile feeds, all invented; the same in every run. About 15 MB, nearly all of it in hostile files. */
export function feedCorpus(): readonly CorpusFile[] {
  return [...soundFeeds(), ...encodedFeeds(), ...brokenFeeds(), ...hostileFiles()];
}
