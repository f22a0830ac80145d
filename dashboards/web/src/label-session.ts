import type { LabelTask, LabelValue } from '../../../pipeline/core/label.js';

/** One question about a text: about all of it, or about one company in it. */
export interface LabelQuestion {
  /** Empty for the text as a whole. */
  readonly instrument: string;
  readonly name: string;
}

export interface LabelAnswer {
  readonly instrument: string;
  readonly value: LabelValue;
}

/** Texts that are gone through one by one; of each all questions are answered before anything of it is kept. */
export interface LabelSession {
  readonly tasks: readonly LabelTask[];
  /** Which text is asked about; as many as there are when all are done. */
  readonly at: number;
  readonly answers: readonly LabelAnswer[];
}

/** Keys of `models/training/labelling-guide.md`. */
export const VALUE_KEYS: Readonly<Record<string, LabelValue>> = {
  n: 'negative',
  u: 'neutral',
  p: 'positive',
  w: 'wrong_entity',
  s: 'skip',
};

export function questionsOf({ companies }: LabelTask): readonly LabelQuestion[] {
  return [{ instrument: '', name: '' }, ...(companies.length > 1 ? companies : [])];
}

/** What is asked now; null when all is done. */
export function currentQuestion({
  tasks,
  at,
  answers,
}: LabelSession): { readonly task: LabelTask; readonly question: LabelQuestion } | null {
  const task = tasks[at];
  const question = task === undefined ? undefined : questionsOf(task)[answers.length];
  return task === undefined || question === undefined ? null : { task, question };
}

/** Only a company can be the wrong one. */
export function mayAnswer(question: LabelQuestion, value: LabelValue): boolean {
  return value !== 'wrong_entity' || question.instrument !== '';
}

/** The session with one more answer; `complete` when that was the last question about the text, which is still to be kept. */
export function answerQuestion(
  session: LabelSession,
  value: LabelValue,
): { readonly session: LabelSession; readonly complete: boolean } {
  const current = currentQuestion(session);
  if (current === null || !mayAnswer(current.question, value)) return { session, complete: false };
  const answers = [...session.answers, { instrument: current.question.instrument, value }];
  return { session: { ...session, answers }, complete: answers.length === questionsOf(current.task).length };
}

export function nextTask(session: LabelSession): LabelSession {
  return { ...session, at: Math.min(session.tasks.length, session.at + 1), answers: [] };
}

/** One answer back, or to the text before: who says it again is heard with what they say last. */
export function stepBack(session: LabelSession): LabelSession {
  if (session.answers.length > 0) return { ...session, answers: session.answers.slice(0, -1) };
  return { ...session, at: Math.max(0, session.at - 1) };
}
