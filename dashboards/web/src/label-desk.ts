import { signal, type ReadonlySignal, type Signal } from '@preact/signals';

import type { LabelValue } from '../../../pipeline/core/label.js';
import type {
  DisputesAnswer,
  KeptAnswer,
  LabelProgressAnswer,
  LabelQueueAnswer,
  Verdict,
  WireDispute,
  WireLabelProgress,
} from '../../api/wire.js';
import { AnswerError, fetchJson, sendJson } from './fetch-json.js';
import { answerQuestion, nextTask, stepBack, type LabelSession } from './label-session.js';

export type LabelStage = 'start' | 'labelling' | 'deciding' | 'done';
export type LabelLanguage = 'all' | 'en' | 'zh';

/** What one person says about texts, one after the other. */
export interface LabelDeskState {
  readonly labeller: Signal<string>;
  readonly language: Signal<LabelLanguage>;
  readonly onlySeconds: Signal<boolean>;
  /** Asked for where the service wants one; forgotten with the page. */
  readonly token: Signal<string>;
  readonly stage: ReadonlySignal<LabelStage>;
  readonly session: ReadonlySignal<LabelSession>;
  readonly disputes: ReadonlySignal<readonly WireDispute[]>;
  readonly progress: ReadonlySignal<WireLabelProgress | null>;
  readonly busy: ReadonlySignal<boolean>;
  readonly error: ReadonlySignal<AnswerError | null>;
  /** Texts, or decisions, that were kept since it began. */
  readonly kept: ReadonlySignal<number>;
  readonly begin: (what: 'labelling' | 'deciding') => Promise<void>;
  readonly answer: (value: LabelValue) => Promise<void>;
  readonly back: () => void;
  readonly finish: () => Promise<void>;
  readonly giveVerdict: (
    alertId: string,
    said: { readonly documentId: string; readonly verdict: Verdict; readonly sentiment?: string },
  ) => Promise<boolean>;
}

const SIZE = 20;
const EMPTY: LabelSession = { tasks: [], at: 0, answers: [] };

/** One thing at a time: what is pressed while something is kept is not heard. What was not kept is asked again. */
export function createLabelDesk(labeller: Signal<string>): LabelDeskState {
  const stage = signal<LabelStage>('start');
  const session = signal(EMPTY);
  const disputes = signal<readonly WireDispute[]>([]);
  const progress = signal<WireLabelProgress | null>(null);
  const busy = signal(false);
  const error = signal<AnswerError | null>(null);
  const kept = signal(0);
  const token = signal('');
  const language = signal<LabelLanguage>('all');
  const onlySeconds = signal(false);
  const never = new AbortController().signal;

  const guarded = async (work: () => Promise<void>): Promise<boolean> => {
    if (busy.value) return false;
    busy.value = true;
    error.value = null;
    try {
      await work();
      return true;
    } catch (failure) {
      if (!(failure instanceof AnswerError)) throw failure;
      error.value = failure;
      return false;
    } finally {
      busy.value = false;
    }
  };
  const ask = (path: string, more = {}) => fetchJson(`/api/v1/labels/${path}`, more, never);
  const say = async (path: string, body: object) => {
    const all = { labeller: labeller.value.trim(), ...body };
    return ((await sendJson(`/api/v1/${path}`, all, token.value)) as KeptAnswer).data.kept;
  };
  const readProgress = async () => {
    const answer = (await ask('progress', { labeller: labeller.value.trim() })) as LabelProgressAnswer;
    progress.value = answer.data;
    stage.value = 'done';
  };
  const keepText = async (complete: LabelSession) => {
    const task = complete.tasks[complete.at];
    if (task === undefined) return;
    const { documentId, version } = task;
    if ((await say('labels', { documentId, version, answers: complete.answers })) > 0) kept.value += 1;
    session.value = nextTask(complete);
    if (session.value.at === session.value.tasks.length) await readProgress();
  };
  const decide = async (value: LabelValue) => {
    const [dispute, ...others] = disputes.value;
    if (dispute === undefined) return;
    const { documentId, version } = dispute.task;
    kept.value += await say('labels/decisions', {
      documentId,
      version,
      instrument: dispute.instrument,
      value,
    });
    disputes.value = others;
    if (others.length === 0) await readProgress();
  };
  return {
    ...{ labeller, language, onlySeconds, token, stage, session, disputes, progress, busy, error, kept },
    begin: async (what) => {
      await guarded(async () => {
        kept.value = 0;
        if (what === 'deciding') {
          disputes.value = ((await ask('disputes', { limit: SIZE })) as DisputesAnswer).data;
          stage.value = 'deciding';
          return;
        }
        const spoken = language.value === 'all' ? null : language.value;
        const second = onlySeconds.value ? 'true' : null;
        const query = { labeller: labeller.value.trim(), language: spoken, size: SIZE, second };
        session.value = { ...EMPTY, tasks: ((await ask('queue', query)) as LabelQueueAnswer).data };
        stage.value = 'labelling';
      });
    },
    answer: async (value) => {
      if (busy.value) return;
      if (stage.value === 'deciding') return void (await guarded(() => decide(value)));
      const next = answerQuestion(session.value, value);
      if (!next.complete) session.value = next.session;
      else await guarded(() => keepText(next.session));
    },
    back: () => {
      if (!busy.value) session.value = stepBack(session.value);
    },
    finish: async () => {
      await guarded(readProgress);
    },
    giveVerdict: (alertId, said) =>
      guarded(async () => {
        await say(`alerts/${encodeURIComponent(alertId)}/verdict`, said);
      }),
  };
}
