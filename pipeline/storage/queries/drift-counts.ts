import { timeParam } from '../present.js';
import type { SqlReader } from '../sql-session.js';

/** Documents of a day in a bin; `measure` is `topic`, `label`, `confidence`, `domain` or `words`. */
export interface DriftRow {
  readonly language: string;
  readonly kind: string;
  readonly measure: string;
  /** `2026-03-02`. */
  readonly day: string;
  readonly bin: string;
  readonly documents: number;
}

export interface DriftQuery {
  /** The model that scored documents when they came; its hash, because the version changes with each edit of expert rules. */
  readonly model: { readonly name: string; readonly sha256: string };
  /** Publication in [from, to), milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** One group of documents: days on which words are learnt, and days on which unknown ones are counted. */
export interface WordsQuery extends DriftQuery {
  readonly language: string;
  readonly kind: string;
  readonly known: readonly string[];
  readonly counted: readonly string[];
}

/** Of a group and day so many texts are read, by lot. */
const TEXTS_A_DAY = 500;
/** Models read little more of a text. */
const CHARACTERS = 500;
/** Every language of its own would be a group that is too small to be judged. */
const LANGUAGE = `if(startsWith(language, 'en'), 'en', if(startsWith(language, 'zh'), 'zh', 'other'))`;
const DAY = 'toString(toDate(published_at))';
/** First versions as they came, without what the model could not read. */
const READ = `FROM documents WHERE version = 1 AND action != 'retract' AND model_name = {name:String}
  AND model_sha256 = {hash:String} AND NOT has(flags, 'unclassified')
  AND published_at >= ${timeParam('from')} AND published_at < ${timeParam('to')}`;
const OTHER = `arraySum(arrayMap(t -> if(t.topic = 'other', t.probability, 0), topics))`;
const BEST = `arrayMax(arrayMap(t -> if(t.topic = 'other', 0, t.probability), topics))`;

/** What the model was given and answered, by day, language and kind of source; one scan without texts. */
export async function queryDriftCounts(db: SqlReader, query: DriftQuery): Promise<readonly DriftRow[]> {
  return db.query<DriftRow>(
    `SELECT language, kind, measure, day, bin, count() AS documents FROM (
       SELECT ${LANGUAGE} AS language, source_kind AS kind, ${DAY} AS day,
         arrayJoin([
           ('topic', toString(topics[1].topic)),
           ('label', toString(label)),
           ('confidence', toString(least(9, toUInt8(floor(15 * (confidence - 1 / 3)))))),
           ('domain', toString(least(9, toUInt8(floor(5 * (${OTHER} + 1 - ${BEST}))))))
         ]) AS one, one.1 AS measure, one.2 AS bin
       ${READ} AND notEmpty(topics)
     ) GROUP BY language, kind, measure, day, bin ORDER BY language, kind, measure, day, bin`,
    paramsOf(query),
  );
}

/**
 * How many of a text's words no two texts of the known days hold, by day and tenth; in Chinese pairs of characters. At most 500
 * texts a day are read.
 */
export async function queryUnknownWords(db: SqlReader, query: WordsQuery): Promise<readonly DriftRow[]> {
  const { language, kind, known, counted } = query;
  const text = `substringUTF8(concat(ifNull(title, ''), ' ', text), 1, ${CHARACTERS})`;
  const words =
    language === 'zh'
      ? `arrayFilter(w -> match(w, '^[\\\\x{4e00}-\\\\x{9fff}]{2}$'), ngrams(${text}, 2))`
      : `arrayFilter(w -> match(w, '^\\\\pL{3,30}$'), splitByRegexp('[^\\\\pL]+', lowerUTF8(${text})))`;
  const texts = `SELECT id, ${DAY} AS day, arrayDistinct(${words}) AS words ${READ}
    AND ${LANGUAGE} = {language:String} AND source_kind = {kind:String} AND has({days:Array(String)}, ${DAY})
    ORDER BY cityHash64(id) LIMIT ${TEXTS_A_DAY} BY day`;
  return db.query<DriftRow>(
    `WITH told AS (${texts}),
       familiar AS (SELECT word FROM told ARRAY JOIN words AS word WHERE has({known:Array(String)}, day)
         GROUP BY word HAVING count() >= 2)
     SELECT {language:String} AS language, {kind:String} AS kind, 'words' AS measure, day,
       toString(least(9, toUInt8(floor(10 * unknown)))) AS bin, count() AS documents
     FROM (
       SELECT id, day, avg(word NOT IN familiar) AS unknown FROM told ARRAY JOIN words AS word
       WHERE has({counted:Array(String)}, day) GROUP BY id, day
     ) GROUP BY day, bin ORDER BY day, bin`,
    { ...paramsOf(query), language, kind, known, counted, days: [...known, ...counted] },
  );
}

function paramsOf({ model, from, to }: DriftQuery) {
  return { name: model.name, hash: model.sha256, from, to };
}
