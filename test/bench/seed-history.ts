import { readFile } from 'node:fs/promises';

import { bundledInstrumentsPath } from '../../config/reference.js';
import { dataPaths, openDataFolder } from '../../pipeline/app/data-folder.js';
import { systemClock } from '../../pipeline/core/clock.js';
import { FREQUENCIES } from '../../pipeline/core/series.js';
import { openStore } from '../../pipeline/storage/open-store.js';
import { recomputed } from '../../pipeline/storage/roll-up.js';
import { openSqlSession, WRITER_SETTINGS, type SqlSession } from '../../pipeline/storage/sql-session.js';

export interface SeedOptions {
  readonly dataDir: string;
  /** Three a document: market, one instrument, its sector. */
  readonly mentions: number;
  /** The history ends here and is 28 days long. */
  readonly now: number;
}

const MENTIONS_A_DOCUMENT = 3;
const DOCUMENTS_A_STATEMENT = 200_000;
const DAY_MS = 86_400_000;
const DAYS = 28;

/**
 * Fills a new data folder with a quiet history, computed by the engine itself: 10 million mentions take a few minutes.
 *
 * Keys and sizes are plausible (documents of 300 characters, uneven names); nothing of it went through the log, so the
 * books of such a folder do not balance. Does nothing when the store holds documents already.
 */
export async function seedHistory({ dataDir, mentions, now }: SeedOptions): Promise<void> {
  const folder = await openDataFolder({ path: dataDir, world: 'live', clock: systemClock });
  try {
    const { store: path } = dataPaths(dataDir);
    const store = await openStore({ path, world: 'live', clock: systemClock });
    const extent = await store.extent();
    await store.close();
    if (extent !== null) return;
    const db = await openSqlSession(path, { ...WRITER_SETTINGS, max_memory_usage: 4_000_000_000 });
    await fill(db, Math.ceil(mentions / MENTIONS_A_DOCUMENT), now);
    await db.close();
  } finally {
    await folder.release();
  }
}

async function fill(db: SqlSession, documents: number, now: number): Promise<void> {
  const from = now - DAYS * DAY_MS;
  const names = await instruments();
  const stepMs = (DAYS * DAY_MS) / documents;
  for (let first = 0; first < documents; first += DOCUMENTS_A_STATEMENT) {
    const count = Math.min(DOCUMENTS_A_STATEMENT, documents - first);
    const params = { first, count, from, stepMs, ids: names.ids, sectors: names.sectors };
    await db.command(insertDocuments, params);
    for (const series of ["'market'", 'instrument', 'sector'])
      await db.command(insertMentions(series), params);
  }
  for (let day = from - DAY_MS; day < now + DAY_MS; day += DAY_MS) {
    const start = Math.floor(day / DAY_MS) * DAY_MS;
    const where = `event_time >= fromUnixTimestamp64Milli(${start}, 'UTC') AND event_time < fromUnixTimestamp64Milli(${start + DAY_MS}, 'UTC')`;
    for (const frequency of FREQUENCIES) {
      await db.command(`INSERT INTO roll_ups (frequency, series, topic, window_start, documents, stories,
        classified_count, negative_sum, neutral_sum, positive_sum, polarity_sum, weight_sum, negative_weight_sum, generation)
        SELECT *, 1 FROM (${recomputed(frequency, where)})`);
    }
  }
}

const KEYS = `lower(hex(MD5(concat('seed ', toString(number))))) AS id, lower(hex(MD5(concat('story ', toString(number))))) AS story,
  fromUnixTimestamp64Milli(toInt64({from:Int64} + number * {stepMs:Float64}), 'UTC') AS at,
  1 + toUInt32(pow((cityHash64(number) % 100000) / 100000, 3) * length({ids:Array(String)})) AS place,
  {ids:Array(String)}[place] AS instrument, {sectors:Array(String)}[place] AS sector,
  0.05 + (cityHash64(number, 1) % 100) / 500 AS bad`;
const NUMBERS = 'FROM numbers({first:UInt64}, {count:UInt64})';

const insertDocuments = `INSERT INTO documents (id, version, action, content_hash, source_id, source_kind, source_name,
    source_credibility, native_id, title, text, language, published_at, precision, received_at, scored_at, known_at, extra,
    negative, neutral, positive, polarity, confidence, label, topics, mentions, story_id, model_name, model_version,
    model_sha256, series, raw_partition, raw_offset, sequence)
  WITH ${KEYS}
  SELECT id, 1, 'add', id, 'seed', 'news', 'Seeded wire', 0.8, toString(number), concat('Note ', toString(number)),
    concat('A quiet note on ', instrument, ' ', repeat(hex(cityHash64(number)), 16)), 'en', at, 'ms', at, at, at, '{}',
    bad, 0.9 - bad, 0.1, 0.1 - bad, 0.9 - bad, 'neutral', [('markets', 0.8)], '[]', story, 'ngram', '1.0.0', '',
    ['market', instrument, sector], 9, number, number ${NUMBERS}`;

function insertMentions(series: string): string {
  return `INSERT INTO mentions (series, event_time, doc_id, version, model_version, known_at, scored_at, valid, relevance, via,
      negative, neutral, positive, weight, classified, story_id, topics)
    WITH ${KEYS}
    SELECT ${series}, at, id, 1, 'ngram 1.0.0', at, at, 1, 1, ['name'], bad, 0.9 - bad, 0.1, 1, 1, story, ['markets'] ${NUMBERS}`;
}

async function instruments(): Promise<{ ids: readonly string[]; sectors: readonly string[] }> {
  const lines = (await readFile(bundledInstrumentsPath(), 'utf8')).split('\n').filter((line) => line !== '');
  const rows = lines.map((line) => JSON.parse(line) as { id: string; sector: string });
  return { ids: rows.map(({ id }) => id), sectors: rows.map(({ sector }) => `sector:${sector}`) };
}
