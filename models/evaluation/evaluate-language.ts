import type { Clock } from '../../pipeline/core/clock.js';
import type { LabelledRow } from './read-labelled-rows.js';

export interface LanguageFigures {
  /** Rows whose label is this language. */
  readonly n: number;
  readonly recall: number;
  /** Null when the language was never answered. */
  readonly precision: number | null;
}

/** What `bellwether evaluate language` prints. */
export interface LanguageReport {
  readonly set: string;
  readonly n: number;
  readonly accuracy: number;
  readonly perLanguage: Readonly<Record<string, LanguageFigures>>;
  /** Wrong answers as `label → answer`, the most frequent first. */
  readonly confusions: Readonly<Record<string, number>>;
  /** Detection alone, one thread. */
  readonly docsPerSecond: number;
}

interface Options {
  /** Named in the report. */
  readonly set: string;
  readonly detect: (text: string) => string;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** Compares the detected language with the label of each row, without a hint. */
export async function evaluateLanguage(
  rows: AsyncIterable<Pick<LabelledRow, 'text' | 'lang'>> | Iterable<Pick<LabelledRow, 'text' | 'lang'>>,
  { set, detect, clock }: Options,
): Promise<LanguageReport> {
  const labels = new Map<string, number>();
  const answers = new Map<string, number>();
  const right = new Map<string, number>();
  const confusions = new Map<string, number>();
  let n = 0;
  let elapsedMs = 0;
  for await (const { text, lang } of rows) {
    const started = clock.monotonic();
    const answer = detect(text);
    elapsedMs += clock.monotonic() - started;
    n += 1;
    add(labels, lang);
    add(answers, answer);
    if (answer === lang) add(right, lang);
    else add(confusions, `${lang} → ${answer}`);
  }
  const perLanguage: Record<string, LanguageFigures> = {};
  for (const [language, count] of labels) {
    const hits = right.get(language) ?? 0;
    const answered = answers.get(language) ?? 0;
    perLanguage[language] = {
      n: count,
      recall: hits / count,
      precision: answered === 0 ? null : hits / answered,
    };
  }
  const hits = [...right.values()].reduce((sum, count) => sum + count, 0);
  return {
    set,
    n,
    accuracy: n === 0 ? 0 : hits / n,
    perLanguage,
    confusions: Object.fromEntries([...confusions].sort((a, b) => b[1] - a[1])),
    docsPerSecond: elapsedMs === 0 ? 0 : Math.round(n / (elapsedMs / 1000)),
  };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
