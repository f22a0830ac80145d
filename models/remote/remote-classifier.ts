import { BellwetherError } from '../../pipeline/core/errors.js';
import type { Classification, Classifier, ClassifierInput } from '../../pipeline/core/model.js';
import type { ModelVersion } from '../../pipeline/core/scored.js';
import { toSentiment } from '../to-sentiment.js';
import { createAttempts, type Outcome } from './attempts.js';
import type { RemoteHost } from './remote-host.js';
import { MAX_REQUEST_BYTES, MAX_TEXTS } from './wire.js';

export interface RemoteClassifierOptions {
  readonly model: ModelVersion;
  readonly hosts: readonly RemoteHost[];
  /** Those that were told to be away already; they are asked like the others. */
  readonly away?: ReadonlyMap<RemoteHost, string>;
  /** Longest time for a call, all its requests and their tries at other hosts included. */
  readonly deadlineMs: number;
  /** A host was lost, with the reason, or is back (null). */
  readonly tell: (host: string, problem: string | null) => void;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** Requests on their way at once; each host has bounds of its own. */
const MAX_REQUESTS = 4;
/** A host with too much to do is asked again after so long, while there is time. */
const BUSY_PAUSE_MS = 100;
/** Of the time of a request: what a host has to itself before another is asked as well. */
const PATIENCE_SHARE = 1 / 3;
/** A character of JSON takes six bytes at worst (`\u0000`); what else a text brings is small, its companies aside. */
const BYTES_PER_UNIT = 6;
const BYTES_PER_TEXT = 200;
const BYTES_PER_SPAN = 24;

/**
 * A classifier whose texts are read by other machines, in turn. What none of them answers in time is `unclassified` and
 * `unanswered`, so that it is scored later; a host that failed is asked again after 0.5 s, 1 s, … 60 s. One that hangs takes
 * a third of the time, and then another is asked beside it.
 */
export function createRemoteClassifier(options: RemoteClassifierOptions): Classifier {
  const { deadlineMs, now = () => performance.now() } = options;
  const rota = createRota(options, now);
  return {
    model: options.model,
    async classify(inputs) {
      const dueAt = now() + deadlineMs;
      const requests = toRequests(inputs);
      const answers: (readonly Classification[])[] = [];
      const entries = requests.entries();
      const askOn = async () => {
        // All of them take from the one iterator.
        for (const [index, request] of entries)
          answers[index] = await askHosts(request, {
            rota,
            model: options.model,
            dueAt,
            now,
          });
      };
      await Promise.all(Array.from({ length: Math.min(MAX_REQUESTS, requests.length) }, askOn));
      return answers.flat();
    },
    // Words are weighed by leaving them out, which goes over `classify`.
    explain: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
}

/** Cuts what is asked into requests that a host takes, in order. */
function toRequests(inputs: readonly ClassifierInput[]): readonly (readonly ClassifierInput[])[] {
  const requests: ClassifierInput[][] = [];
  let room = 0;
  for (const input of inputs) {
    const last = requests.at(-1);
    const bytes = bytesOf(input);
    if (last === undefined || last.length === MAX_TEXTS || bytes > room) {
      requests.push([input]);
      room = MAX_REQUEST_BYTES - BYTES_PER_TEXT - bytes;
    } else {
      last.push(input);
      room -= bytes;
    }
  }
  return requests;
}

function bytesOf({ text, mentions = [] }: ClassifierInput): number {
  const spans = mentions.reduce((sum, places) => sum + places.length + 1, 0);
  return text.length * BYTES_PER_UNIT + spans * BYTES_PER_SPAN + BYTES_PER_TEXT;
}

interface Asking {
  readonly rota: Rota;
  readonly model: ModelVersion;
  /** When the call, and so all that becomes of its requests, must be answered. */
  readonly dueAt: number;
  readonly now: () => number;
}

/**
 * Asks one host; a further one as well when the one asked last has failed, or has not answered after a third of the time, and takes
 * the first answer (a hedged request: Dean and Barroso, "The tail at scale", Communications of the ACM 56(2), 2013). Each has
 * the rest of the time. A host that was overtaken by one asked after it is taken for one that hangs.
 */
async function askHosts(
  inputs: readonly ClassifierInput[],
  asking: Asking,
): Promise<readonly Classification[]> {
  const { rota, dueAt, now } = asking;
  const patienceMs = (dueAt - now()) * PATIENCE_SHARE;
  const tried = new Set<RemoteHost>();
  const busy = new Map<RemoteHost, string>();
  const attempts = createAttempts((host, signal) =>
    askTwice(() => host.classify(inputs, asking.model.sha256, signal)),
  );
  try {
    for (;;) {
      const leftMs = dueAt - now();
      const host = leftMs < 1 ? null : rota.next(tried);
      if (host !== null) attempts.begin(host, Math.floor(leftMs));
      else if (!attempts.areOpen() && (busy.size === 0 || leftMs <= BUSY_PAUSE_MS)) break;
      if (host !== null) tried.add(host);
      const outcome = await attempts.next(host === null && busy.size > 0 ? BUSY_PAUSE_MS : patienceMs);
      // They stay busy until they answer otherwise: the time may be over before they are asked.
      for (const one of outcome === null ? busy.keys() : []) tried.delete(one);
      if (outcome === null) continue;
      if (outcome.answers !== null) return succeed(outcome.answers, outcome, rota);
      const { error } = outcome;
      if (!(error instanceof BellwetherError)) throw error;
      if (error.code === 'remote_text') return await askAlone(inputs, asking);
      busy.delete(outcome.host);
      if (error.code === 'remote_busy') busy.set(outcome.host, error.message);
      else rota.failed(outcome.host, error.message);
    }
  } finally {
    attempts.stop();
  }
  for (const [host, problem] of busy) rota.failed(host, problem);
  return inputs.map(() => UNANSWERED);
}

function succeed(
  answers: readonly Classification[],
  { host, overtaken }: Pick<Outcome, 'host' | 'overtaken'>,
  rota: Rota,
): readonly Classification[] {
  for (const slow of overtaken) rota.failed(slow, `${slow.url} gave no answer in time.`);
  rota.succeeded(host);
  return answers;
}

/** One text that no host takes must not harm its mates; it is asked about again later, and given up in the end. */
async function askAlone(
  inputs: readonly ClassifierInput[],
  asking: Asking,
): Promise<readonly Classification[]> {
  if (inputs.length === 1) return [UNANSWERED];
  const answers: Classification[] = [];
  for (const input of inputs) answers.push(...(await askHosts([input], asking)));
  return answers;
}

/** A connection that was closed just then says nothing against the host: the same is asked once more, on another one. */
async function askTwice<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof BellwetherError) || !error.retriable) throw error;
    return ask();
  }
}

interface Rota {
  /** The next host that is not resting and was not tried; null when there is none. */
  next(tried: ReadonlySet<RemoteHost>): RemoteHost | null;
  succeeded(host: RemoteHost): void;
  failed(host: RemoteHost, problem: string): void;
}

function createRota({ hosts, away, tell }: RemoteClassifierOptions, now: () => number): Rota {
  const states = hosts.map((host) => {
    const problem = away?.get(host) ?? null;
    return { host, failures: problem === null ? 0 : 1, restsUntil: 0, problem };
  });
  const stateOf = (host: RemoteHost) => states.find((state) => state.host === host);
  let turn = 0;
  return {
    next(tried) {
      const time = now();
      for (let step = 0; step < states.length; step += 1) {
        const state = states[(turn + step) % states.length];
        if (state === undefined || tried.has(state.host) || state.restsUntil > time) continue;
        turn = (turn + step + 1) % states.length;
        return state.host;
      }
      return null;
    },
    succeeded(host) {
      const state = stateOf(host);
      if (state === undefined || state.failures === 0) return;
      state.failures = 0;
      state.problem = null;
      tell(host.url, null);
    },
    failed(host, problem) {
      const state = stateOf(host);
      // Requests that were on their way together fail together: that is one failure.
      if (state === undefined || state.restsUntil > now()) return;
      state.restsUntil = now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** state.failures);
      state.failures += 1;
      if (state.problem === problem) return;
      state.problem = problem;
      tell(host.url, problem);
    },
  };
}

const UNANSWERED: Classification = {
  sentiment: toSentiment([0.15, 0.7, 0.15]),
  topics: [{ topic: 'other', probability: 1 }],
  flags: ['unclassified'],
  unanswered: true,
};
