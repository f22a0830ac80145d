import type { Certainty } from '../core/scored.js';
import { MARKS_EN, MARKS_ZH } from './certainty-words.js';

/** The headline and the lead say how sure somebody is; what comes later quotes others. */
const LEAD_UNITS = 400;

/**
 * Whether a text reports a fact, somebody's opinion or a rumour, by the words that mark them in English and Chinese.
 *
 * Of a text with a headline the headline says whether it is an opinion. A denied rumour is a fact. Texts in other languages, and texts without a mark, are facts: nothing in them says otherwise.
 */
export function tellCertainty(text: string): Certainty {
  const lead = text.slice(0, LEAD_UNITS);
  const chinese = /[\u4e00-\u9fff]/.test(lead);
  const marks = chinese ? MARKS_ZH : MARKS_EN;
  if (marks.rumour.test(lead)) return marks.denial.test(lead) ? 'fact' : 'rumour';
  // Below a headline, a report of a fact ends with what analysts say of it.
  if (marks.opinion.test(headlineOf(lead))) return 'opinion';
  return marks.maybe.test(lead) ? 'rumour' : 'fact';
}

/** The first line where a text has several, as documents with a title have; else all of it. */
function headlineOf(lead: string): string {
  const end = lead.trimStart().indexOf('\n');
  return end < 0 ? lead : lead.trimStart().slice(0, end);
}
