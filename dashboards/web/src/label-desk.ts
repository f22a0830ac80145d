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
  const state = createState(labeller);
  const { stage, session, disputes, busy } = state;
  const guarded = createGuard(state);
  const say = createSpeaker(state);
  const readProgress = async () => {
    const answer = (await ask('progress', { labeller: labeller.value.trim() })) as LabelProgressAnswer;
    state.progress.value = answer.data;
    stage.value = 'done';
  };
  const keepText = async (complete: LabelSession) => {
    const task = complete.tasks[complete.at];
    if (task === undefined) return;
    const { documentId, version } = task;
    if ((await say('labels', { documentId, version, answers: complete.answers })) > 0) state.kept.value += 1;
    session.value = nextTask(complete);
    if (session.value.at === session.value.tasks.length) await readProgress();
  };
  const decide = async (value: LabelValue) => {
    const [dispute, ...others] = disputes.value;
    if (dispute === undefined) return;
    const { documentId, version } = dispute.task;
    const said = { documentId, version, instrument: dispute.instrument, value };
    state.kept.value += await say('labels/decisions', said);
    disputes.value = others;
    if (others.length === 0) await readProgress();
  };
  return {
    ...state,
    begin: async (what) => {
      await guarded(() => load(what, state));
    },
    answer: async (value) => {
      if (busy.value) return;
      const next = answerQuestion(session.value, value);
      if (stage.value === 'deciding') await guarded(() => decide(value));
      else if (next.complete) await guarded(() => keepText(next.session));
      else session.value = next.session;
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

function createState(labeller: Signal<string>) {
  return {
    labeller,
    language: signal<LabelLanguage>('all'),
    onlySeconds: signal(false),
    token: signal(''),
    stage: signal<LabelStage>('start'),
    session: signal(EMPTY),
    disputes: signal<readonly WireDispute[]>([]),
    progress: signal<WireLabelProgress | null>(null),
    busy: signal(false),
    error: signal<AnswerError | null>(null),
    kept: signal(0),
  };
}
type State = ReturnType<typeof createState>;

/** Answers whether the work was done; an answer of the service that says why not is shown. */
function createGuard({ busy, error }: State): (work: () => Promise<void>) => Promise<boolean> {
  return async (work) => {
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
}

/** Says something under the name of the person; answers how much was kept. */
function createSpeaker({ labeller, token }: State): (path: string, body: object) => Promise<number> {
  return async (path, body) => {
    const all = { labeller: labeller.value.trim(), ...body };
    return ((await sendJson(`/api/v1/${path}`, all, token.value)) as KeptAnswer).data.kept;
  };
}

async function load(what: 'labelling' | 'deciding', state: State): Promise<void> {
  state.kept.value = 0;
  if (what === 'deciding') {
    state.disputes.value = ((await ask('disputes', { limit: SIZE })) as DisputesAnswer).data;
  } else {
    const language = state.language.value === 'all' ? null : state.language.value;
    const second = state.onlySeconds.value ? 'true' : null;
    const query = { labeller: state.labeller.value.trim(), language, size: SIZE, second };
    state.session.value = { ...EMPTY, tasks: ((await ask('queue', query)) as LabelQueueAnswer).data };
  }
  state.stage.value = what;
}

function ask(path: string, parameters: Parameters<typeof fetchJson>[1]): Promise<unknown> {
  return fetchJson(`/api/v1/labels/${path}`, parameters, new AbortController().signal);
}
