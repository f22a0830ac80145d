import { InvalidDocumentError } from '../core/errors.js';
import { CERTAINTIES, type Certainty } from '../core/scored.js';
import { tellCertainty } from './tell-certainty.js';

/** A text and what it is. */
export interface CertaintyRow {
  readonly text: string;
  readonly language: string;
  readonly certainty: Certainty;
}

export interface CertaintyReport {
  readonly n: number;
  readonly accuracy: number;
  readonly byLanguage: Readonly<Record<string, { readonly n: number; readonly accuracy: number }>>;
  readonly perClass: Readonly<Record<Certainty, { readonly precision: number; readonly recall: number }>>;
}

/**
 * Reads one labelled line; `place` (file:line) stands in the message.
 *
 * Throws InvalidDocumentError `certainty_row_invalid` for anything but an object with `text`, `language` and `certainty`.
 */
export function parseCertaintyRow(line: string, place: string): CertaintyRow {
  const row = readObject(line);
  const certainty = CERTAINTIES.find((one) => one === row['certainty']);
  const { text, language } = row;
  if (typeof text === 'string' && typeof language === 'string' && certainty !== undefined)
    return { text, language, certainty };
  throw new InvalidDocumentError(
    'certainty_row_invalid',
    `${place}: a line needs "text" and "language" as strings and "certainty" as one of ${CERTAINTIES.join(', ')}.`,
  );
}

/** Compares what is told with the labels. */
export function evaluateCertainty(rows: readonly CertaintyRow[]): CertaintyReport {
  const judged = rows.map((row) => ({ ...row, told: tellCertainty(row.text) }));
  const languages = [...new Set(rows.map(({ language }) => language))].sort();
  const perClass = (one: Certainty) => {
    const right = judged.filter(({ told, certainty }) => told === one && certainty === one).length;
    return {
      precision: shareOf(right, judged.filter(({ told }) => told === one).length),
      recall: shareOf(right, judged.filter(({ certainty }) => certainty === one).length),
    };
  };
  const accuracyOf = (some: typeof judged) => ({
    n: some.length,
    accuracy: shareOf(some.filter(({ told, certainty }) => told === certainty).length, some.length),
  });
  return {
    ...accuracyOf(judged),
    byLanguage: Object.fromEntries(
      languages.map((language) => [language, accuracyOf(judged.filter((row) => row.language === language))]),
    ),
    perClass: { fact: perClass('fact'), opinion: perClass('opinion'), rumour: perClass('rumour') },
  };
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function readObject(line: string): Record<string, unknown> {
  try {
    const row: unknown = JSON.parse(line);
    return typeof row === 'object' && row !== null ? { ...row } : {};
  } catch {
    return {};
  }
}
