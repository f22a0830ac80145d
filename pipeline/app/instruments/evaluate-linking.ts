import type { LinkedMention } from '../../core/scored.js';
import type { Linker } from '../../operators/link-instruments.js';
import { nameKey, type NameIndex } from './name-index.js';
import type { LinkingRow } from './read-linking-rows.js';

export interface EvaluateLinkingOptions {
  readonly linker: Linker;
  /** Names of the instruments that are judged; links to others do not count. */
  readonly names: NameIndex;
  readonly judged: ReadonlySet<string>;
  /** Hides `$TICKER` from the linker, so that only words count. */
  readonly maskCashtags: boolean;
}

/** A link that should not be (`wrong`), or a label that was not linked (`missed`). */
export interface LinkingError {
  readonly kind: 'wrong' | 'missed';
  readonly instrument: string;
  readonly text: string;
  /** The words that were linked; empty for a miss. */
  readonly words: readonly string[];
  readonly reasons: readonly string[];
}

export interface LinkingFigures {
  readonly labels: number;
  readonly links: number;
  readonly right: number;
  /** Null without links. */
  readonly precision: number | null;
  /** Null without labels. */
  readonly recall: number | null;
}

/** What `bellwether evaluate linking` prints. */
export interface LinkingReport extends LinkingFigures {
  readonly rows: number;
  /** Rows whose links are exactly the labels. */
  readonly exactRows: number;
  /** Entities whose names belong to no judged instrument: no figure counts them. */
  readonly unlisted: number;
  /** Links at words that no entity covers, where annotators may have named only a part of the companies. */
  readonly unlabelledLinks: number;
  /** Precision without those. */
  readonly precisionWhereLabelled: number | null;
  /** The same links against the rows' own tickers, where rows have some. */
  readonly againstTickers: LinkingFigures | null;
}

interface Tally {
  labels: number;
  links: number;
  right: number;
}

/** One wanted link: any of the ids will do (a name may be that of two companies). */
type Wanted = ReadonlySet<string>;

/** Links every row and compares, instrument by instrument; `onError` hears of each link that is wrong or missed. */
export async function evaluateLinking(
  rows: AsyncIterable<LinkingRow>,
  options: EvaluateLinkingOptions,
  onError: (error: LinkingError) => void = () => undefined,
): Promise<LinkingReport> {
  const tally: Tally = { labels: 0, links: 0, right: 0 };
  const tickers: Tally = { labels: 0, links: 0, right: 0 };
  let count = 0;
  let exactRows = 0;
  let unlisted = 0;
  let unlabelledLinks = 0;
  let withTickers = 0;
  for await (const row of rows) {
    count += 1;
    const text = options.maskCashtags ? maskCashtags(row.text) : row.text;
    const links = linkWords(row, text, options);
    const { wanted, unlisted: unknown } = wantedOf(row, options);
    unlisted += unknown;
    const outcome = compare(links, wanted);
    add(tally, outcome, links, wanted);
    if (outcome.wrong.length === 0 && outcome.missed.length === 0) exactRows += 1;
    unlabelledLinks += outcome.wrong.filter((link) => isUncovered(link, text, row)).length;
    report(outcome, text, onError);
    if (row.tickers.length === 0) continue;
    withTickers += 1;
    const byTicker = wantedTickers(row, options);
    add(tickers, compare(links, byTicker), links, byTicker);
  }
  const judgedLinks = tally.links - unlabelledLinks;
  return {
    rows: count,
    ...figures(tally),
    exactRows,
    unlisted,
    unlabelledLinks,
    precisionWhereLabelled: judgedLinks === 0 ? null : tally.right / judgedLinks,
    againstTickers: withTickers === 0 ? null : figures(tickers),
  };
}

/** `$AAPL` becomes blanks of the same length. */
export function maskCashtags(text: string): string {
  return text.replace(/\$[A-Za-z][A-Za-z._]*/g, (tag) => ' '.repeat(tag.length));
}

function linkWords(row: LinkingRow, text: string, options: EvaluateLinkingOptions): readonly LinkedMention[] {
  const { language, publishedAt, kind } = row;
  return options.linker
    .link({ text, language, tickers: [], publishedAt, kind })
    .filter(({ instrument }) => options.judged.has(instrument));
}

function wantedOf(
  row: LinkingRow,
  { names, judged }: EvaluateLinkingOptions,
): { wanted: readonly Wanted[]; unlisted: number } {
  if (row.expect !== null) {
    const listed = row.expect.filter((id) => judged.has(id));
    return { wanted: listed.map((id) => new Set([id])), unlisted: row.expect.length - listed.length };
  }
  const found = new Map<string, Wanted>();
  let unlisted = 0;
  for (const entity of row.entities ?? []) {
    const ids = names.get(nameKey(entity));
    if (ids === undefined) unlisted += 1;
    else found.set([...ids].sort().join(' '), ids);
  }
  return { wanted: [...found.values()], unlisted };
}

function wantedTickers(row: LinkingRow, { linker, judged }: EvaluateLinkingOptions): readonly Wanted[] {
  const at = Date.parse(row.publishedAt);
  const ids = row.tickers.flatMap((ticker) => {
    const found = linker.resolve(ticker, at);
    return found.kind === 'known' && judged.has(found.instrument.id) ? [found.instrument.id] : [];
  });
  return [...new Set(ids)].map((id) => new Set([id]));
}

interface Outcome {
  readonly right: number;
  readonly wrong: readonly LinkedMention[];
  readonly missed: readonly Wanted[];
}

function compare(links: readonly LinkedMention[], wanted: readonly Wanted[]): Outcome {
  const isWanted = ({ instrument }: LinkedMention) => wanted.some((ids) => ids.has(instrument));
  const wrong = links.filter((link) => !isWanted(link));
  const missed = wanted.filter((ids) => !links.some(({ instrument }) => ids.has(instrument)));
  return { right: links.length - wrong.length, wrong, missed };
}

function add(
  tally: Tally,
  outcome: Outcome,
  links: readonly LinkedMention[],
  wanted: readonly Wanted[],
): void {
  tally.labels += wanted.length;
  tally.links += links.length;
  tally.right += outcome.right;
}

function figures({ labels, links, right }: Tally): LinkingFigures {
  return {
    labels,
    links,
    right,
    precision: links === 0 ? null : right / links,
    recall: labels === 0 ? null : Math.min(1, right / labels),
  };
}

/** True when no entity of the row stands where the words do: whether they are a company, nobody said. */
function isUncovered({ spans }: LinkedMention, text: string, row: LinkingRow): boolean {
  if (row.entities === null) return false;
  const lower = text.toLowerCase();
  return !row.entities.some((entity) =>
    occurrencesOf(entity.toLowerCase(), lower).some((at) =>
      spans.some(([start, end]) => start < at + entity.length && end > at),
    ),
  );
}

function occurrencesOf(word: string, text: string): readonly number[] {
  const found: number[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) found.push(at);
  return found;
}

function wordsOf({ spans }: LinkedMention, text: string): readonly string[] {
  return [...new Set(spans.map(([start, end]) => text.slice(start, end)))];
}

function report(outcome: Outcome, text: string, onError: (error: LinkingError) => void): void {
  for (const link of outcome.wrong) {
    onError({
      kind: 'wrong',
      instrument: link.instrument,
      text,
      words: wordsOf(link, text),
      reasons: link.reasons ?? [],
    });
  }
  for (const ids of outcome.missed) {
    onError({ kind: 'missed', instrument: [...ids].sort().join(' '), text, words: [], reasons: [] });
  }
}
