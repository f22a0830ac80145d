import { BellwetherError } from '../../pipeline/core/errors.js';
import type { Classification, Classifier, ClassifierInput } from '../../pipeline/core/model.js';
import type { ModelVersion } from '../../pipeline/core/scored.js';
import { toSentiment } from '../to-sentiment.js';
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
/** A character of JSON takes six bytes at worst (`\u0000`); what else a text brings is small, its companies aside. */
const BYTES_PER_UNIT = 6;
const BYTES_PER_TEXT = 200;
const BYTES_PER_SPAN = 24;

/**
 * A classifier whose texts are read by other machines, in turn. What none of them answers in time is `unclassified` and
 * `unanswered`, so that it is scored later; a host that failed is asked again after 0.5 s, 1 s, … 60 s. One that hangs takes
 * half of the time that is left, so that another can stand in for it.
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

async function askHosts(
  inputs: readonly ClassifierInput[],
  asking: Asking,
): Promise<readonly Classification[]> {
  const { rota, model, dueAt, now } = asking;
  const tried = new Set<RemoteHost>();
  const busy = new Map<RemoteHost, string>();
  for (;;) {
    const host = rota.next(tried);
    if (host === null) {
      if (busy.size === 0 || dueAt - now() <= BUSY_PAUSE_MS) break;
      await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
      // They stay busy until they answer otherwise: the time may be over before they are asked.
      for (const one of busy.keys()) tried.delete(one);
      continue;
    }
    tried.add(host);
    const leftMs = dueAt - now();
    if (leftMs < 1) break;
    const signal = AbortSignal.timeout(Math.floor(rota.isLast(tried) ? leftMs : leftMs / 2));
    try {
      const answers = await askTwice(() => host.classify(inputs, model.sha256, signal));
      rota.succeeded(host);
      return answers;
    } catch (error) {
      if (!(error instanceof BellwetherError)) throw error;
      if (error.code === 'remote_text') return askAlone(inputs, asking);
      if (error.code === 'remote_busy') busy.set(host, error.message);
      else {
        busy.delete(host);
        rota.failed(host, error.message);
      }
    }
  }
  for (const [host, problem] of busy) rota.failed(host, problem);
  return inputs.map(() => UNANSWERED);
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
  /** Nobody is left who could stand in for those that were tried. */
  isLast(tried: ReadonlySet<RemoteHost>): boolean;
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
    isLast(tried) {
      const time = now();
      return states.every(({ host, restsUntil }) => tried.has(host) || restsUntil > time);
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
