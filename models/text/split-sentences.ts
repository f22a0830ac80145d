import type { SplitSentences } from '../../pipeline/core/model.js';
import { hasLongRun } from './has-long-run.js';
import { winkFor } from './wink.js';

type Span = readonly [start: number, end: number];

/** wink-nlp sees at most this much at once, and no longer word: beyond that its time is no longer linear. */
const MAX_CHUNK = 4_000;
const MAX_TOKEN = 64;
/** Of one text; the rest is split by the own rules. */
const MAX_WINK_UNITS = 16_000;

/** An inner sentence end of Latin text, the cheap test before the library is asked. */
const INNER_END = /[.!?…]["'”’)\]]*\s+\S/;

/**
 * Builds the sentence splitter: wink-nlp for English, own rules for Chinese and for all other languages.
 *
 * Spans point into the text as given. A line break ends a sentence unless the next line goes on in lower case.
 * Text with words over 64 characters takes the own rules, so hostile input stays linear. The library's model (about
 * 30 MB) loads with the first text that needs it.
 */
export function createSentenceSplitter(): SplitSentences {
  return (text, language) => {
    const spans: Span[] = [];
    let credit = MAX_WINK_UNITS;
    for (const [start, end] of splitLines(text)) {
      const line = text.slice(start, end);
      for (const [from, to] of splitLine(line)) spans.push([start + from, start + to]);
    }
    return spans;

    function splitLine(line: string): readonly Span[] {
      if (language !== 'en') return splitByRules(line);
      if (!INNER_END.test(line)) return trimmed(line, 0, line.length);
      if (line.length > Math.min(MAX_CHUNK, credit) || !isProse(line)) return splitByRules(line);
      credit -= line.length;
      return splitByWink(line);
    }
  };
}

/** Mostly letters, in words of usual length. */
function isProse(line: string): boolean {
  if (hasLongRun(line, MAX_TOKEN)) return false;
  let letters = 0;
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code < 0x80 ? isAsciiLetter(code) : LETTER_HERE.test(line.slice(at, at + 2))) letters += 1;
  }
  return letters * 2 >= line.length;
}

const LETTER_HERE = /^\p{L}/u;

function isAsciiLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

function splitByWink(chunk: string): readonly Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const sentence of winkFor(chunk).readDoc(chunk).sentences().out()) {
    const words = sentence.trim();
    const start = words === '' ? -1 : chunk.indexOf(words, at);
    if (start < 0) continue;
    at = start + words.length;
    const last = spans.at(-1);
    // Without white space between them these are no two sentences ("Ph.D.").
    if (last?.[1] === start) spans[spans.length - 1] = [last[0], at];
    else spans.push([start, at]);
  }
  return spans.length > 0 ? spans : splitByRules(chunk);
}

/** Lines, except that a line that goes on in lower case belongs to the one before. */
function splitLines(text: string): readonly Span[] {
  const spans: Span[] = [];
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    const next = text.slice(at + 1, at + 9).trimStart();
    const goesOn = text.charAt(at + 1) !== '\n' && /^\p{Ll}/u.test(next);
    if (goesOn) continue;
    if (at > start) spans.push([start, at]);
    start = at + 1;
  }
  if (start < text.length) spans.push([start, text.length]);
  return spans;
}

const CHINESE_ENDS = '。！？；!?;…';
const CLOSERS = '"\'”’」』）)】]》';

/**
 * Ends a sentence behind 。！？；…… and behind . ! ? before white space and a capital, a figure or a Chinese character;
 * closing quotes and brackets stay with their sentence; the dot of "U.S." or "Inc." ends none. One pass.
 */
function splitByRules(line: string): readonly Span[] {
  const spans: Span[] = [];
  let start = 0;
  for (let i = 0; i < line.length; i++) {
    const unit = line.charAt(i);
    const chinese = '。！？；'.includes(unit) || (unit === '…' && line[i + 1] === '…');
    if (!chinese && !endsLatinSentence(line, i)) continue;
    i = endOfMarks(line, i, start);
    spans.push(...trimmed(line, start, i + 1));
    start = i + 1;
  }
  spans.push(...trimmed(line, start, line.length));
  return spans;
}

/** The last of the marks and closing quotes behind an end; a straight quote closes only what the sentence has opened. */
function endOfMarks(line: string, end: number, start: number): number {
  let at = end;
  let quotes = 0;
  for (let i = start; i <= end; i++) if (line[i] === '"') quotes += 1;
  for (; at + 1 < line.length; at++) {
    const next = line.charAt(at + 1);
    if (next === '"') {
      if (quotes % 2 === 0) break;
      quotes += 1;
    } else if (!(CHINESE_ENDS + CLOSERS).includes(next)) break;
  }
  return at;
}

function endsLatinSentence(line: string, at: number): boolean {
  const unit = line.charAt(at);
  if (unit !== '.' && unit !== '!' && unit !== '?' && unit !== '…') return false;
  const after = line.slice(at + 1, at + 8);
  if (!/^["'”’)\]]{0,3}\s+["'“‘(]?[\p{Lu}\p{Lo}\d$€£]/u.test(after)) return false;
  if (unit !== '.') return true;
  const word = /(\S{1,12})$/.exec(line.slice(Math.max(0, at - 12), at))?.[1] ?? '';
  return !/^["'(“]*(?:\p{L}|(?:\p{L}\.)+\p{L}|Mr|Mrs|Ms|Dr|St|Jr|Sr|Inc|Corp|Co|Ltd|vs|No|Gen|Sen|Rep|Prof|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)$/u.test(
    word,
  );
}

/** The span without the white space at its ends, or none when nothing is left. */
function trimmed(text: string, start: number, end: number): readonly Span[] {
  let from = start;
  let to = end;
  while (from < to && isSpace(text.charCodeAt(from))) from += 1;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1;
  return from < to ? [[from, to]] : [];
}

function isSpace(code: number): boolean {
  return code <= 0x20 || code === 0xa0 || code === 0x3000 || code === 0x2028 || code === 0x2029;
}
