import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parseLabelledRow, type LabelledRow } from '../read-labelled-rows.js';

/** The part of a labelled set that judges. */
export interface DevSet {
  readonly key: string;
  readonly rows: readonly LabelledRow[];
  /** Texts on whose label all annotators agreed, where the set says so. */
  readonly agreed: ReadonlySet<string>;
  /** SHA-256 of the file. */
  readonly sha256: string;
}

export const ENGLISH_THREE_CLASS = [
  'fpb',
  'tfns',
  'sentfin',
  'fiqa_headline',
  'fiqa_post',
  'semeval17_headline',
  'semeval17_microblog',
] as const;
export const CHINESE_SENTIMENT = ['zh_finfe', 'zh_xueqiu_news', 'zh_bdci2019_neg', 'zh_finnsp'] as const;
export const TOPIC_SETS = ['tfn_topic', 'reuters21578', 'zh_finnl_topic'] as const;
/** Every set that a release is judged by. */
export const JUDGING_SETS = [...ENGLISH_THREE_CLASS, ...CHINESE_SENTIMENT, ...TOPIC_SETS] as const;

/** Reads `labelled/KEY/PART.jsonl`; null when there is no such file. Rejects as `parseLabelledRow` throws. */
export async function readDevSet(
  dataDirectory: string,
  key: string,
  part: 'dev' | 'train' = 'dev',
): Promise<DevSet | null> {
  const path = join(dataDirectory, 'labelled', key, `${part}.jsonl`);
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) return null;
  const rows: LabelledRow[] = [];
  const agreed = new Set<string>();
  for (const [index, line] of bytes.toString('utf8').split('\n').entries()) {
    if (line.trim() === '') continue;
    const row = parseLabelledRow(line, `${path}:${index + 1}`);
    rows.push(row);
    if ((JSON.parse(line) as { agreement?: unknown }).agreement === 'all') agreed.add(row.text);
  }
  return { key, rows, agreed, sha256: createHash('sha256').update(bytes).digest('hex') };
}
