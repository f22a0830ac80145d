import { RejectedError, UnavailableError } from '../../pipeline/core/errors.js';
import type { Classifier } from '../../pipeline/core/model.js';
import type { ModelVersion } from '../../pipeline/core/scored.js';
import { createRemoteClassifier } from './remote-classifier.js';
import { createRemoteHost, type RemoteHost } from './remote-host.js';

/** Hosts that classify for this installation; see `models.remote` in the configuration. */
export interface RemoteOptions {
  /** The model that they have to serve. */
  readonly name: string;
  readonly urls: readonly string[];
  readonly token: string | null;
  /** Its hash; null takes that of the first host that answers. */
  readonly sha256: string | null;
  readonly deadlineMs: number;
}

/**
 * Asks every host which model it serves, and gives a classifier that shares texts out among them.
 *
 * Rejects with RejectedError `remote_differs` when a host serves another model than is wanted or than another host does: one
 * installation's scores come from one model. Rejects with UnavailableError `remote_unavailable` when none answers; one that
 * is away at the start is asked later, and then only for that model.
 */
export async function loadRemote(
  options: RemoteOptions,
  tell: (host: string, problem: string | null) => void,
): Promise<Classifier> {
  const hosts = options.urls.map((url) => createRemoteHost({ url, token: options.token }));
  const answers = await askAll(hosts, options.deadlineMs);
  const served = answers.flatMap(({ host, model }) => (model === null ? [] : [{ host, model }]));
  const away = new Map(
    answers.flatMap(({ host, problem }) => (problem === null ? [] : [[host, problem] as const])),
  );
  for (const [host, problem] of away) tell(host.url, problem);
  const first = served[0];
  if (first === undefined)
    throw new UnavailableError(
      'remote_unavailable',
      `No host of models.remote.urls can be asked. ${[...away.values()].join(' ')} Is "bellwether models serve" running there?`,
      { retriable: true },
    );
  const wanted = options.sha256 ?? first.model.sha256;
  for (const { host, model } of served) {
    if (model.name !== options.name)
      throw differs(`${host.url} serves ${nameOf(model)}, and models.sentiment is ${options.name}`);
    if (model.sha256 !== wanted)
      throw differs(
        `${host.url} serves ${nameOf(model)} with the hash ${model.sha256}, ${options.sha256 === null ? `${first.host.url} ${nameOf(first.model)} with ${wanted}` : `and models.remote.sha256 is ${wanted}`}`,
      );
  }
  return createRemoteClassifier({ model: first.model, hosts, away, deadlineMs: options.deadlineMs, tell });
}

interface HostAnswer {
  readonly host: RemoteHost;
  readonly model: ModelVersion | null;
  /** Why it is away. */
  readonly problem: string | null;
}

/** All at once: the deadlines of those that hang would add up to more than a start may take. */
function askAll(hosts: readonly RemoteHost[], deadlineMs: number): Promise<readonly HostAnswer[]> {
  return Promise.all(
    hosts.map(async (host): Promise<HostAnswer> => {
      try {
        return { host, model: await host.model(AbortSignal.timeout(deadlineMs)), problem: null };
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        return { host, model: null, problem: error.message };
      }
    }),
  );
}

function differs(problem: string): RejectedError {
  return new RejectedError(
    'remote_differs',
    `${problem}. Put the same files into models.directory of each host.`,
  );
}

function nameOf({ name, version }: ModelVersion): string {
  return `${name} ${version}`;
}
