import { RejectedError, UnavailableError } from '../../pipeline/core/errors.js';
import type { Classification, ClassifierInput } from '../../pipeline/core/model.js';
import type { ModelVersion } from '../../pipeline/core/scored.js';
import {
  checkToken,
  CLASSIFY_PATH,
  MAX_ANSWER_BYTES,
  MODEL_PATH,
  parseAnswers,
  parseModel,
  parseRefusal,
  TEXT_REFUSALS,
} from './wire.js';

export interface RemoteHostOptions {
  /** Such as `http://10.0.0.7:8430` or `https://gateway.example/model`. */
  readonly url: string;
  readonly token: string | null;
}

/** One host that classifies. */
export interface RemoteHost {
  readonly url: string;
  /** The model that it serves; rejects with UnavailableError `remote_unavailable` or RejectedError `remote_refused`. */
  model(signal: AbortSignal): Promise<ModelVersion>;
  /** Answers of the model with that hash; rejects likewise, with `remote_busy` when it wants to be asked later, `remote_differs` when the host serves another one and `remote_text` when it cannot read a text. */
  classify(
    inputs: readonly ClassifierInput[],
    model: string,
    signal: AbortSignal,
  ): Promise<readonly Classification[]>;
}

/**
 * The host at an address; nothing is asked yet. Errors name the address and what happened, never a text or the token. Throws
 * ConfigError `token_unusable`.
 */
export function createRemoteHost({ url, token }: RemoteHostOptions): RemoteHost {
  checkToken(token, 'models.remote.token');
  const ask = async (path: string, body: string | null, signal: AbortSignal): Promise<unknown> => {
    // A proxy may have the host under a path of its own.
    const response = await send(new URL(`${url.replace(/\/+$/, '')}${path}`), { body, token, signal });
    if (response.ok) return readJson(response, url);
    if (response.status === 400 || response.status === 413) throw await refusalError(response, url);
    await response.body?.cancel();
    // Ours says when to come back; a 503 without that is a proxy whose host is gone.
    if (response.status === 503 && response.headers.has('retry-after'))
      throw new UnavailableError('remote_busy', `${url} has too much to do.`, { retriable: false });
    throw statusError(url, response.status);
  };
  return {
    url,
    async model(signal) {
      const found = parseModel(await ask(MODEL_PATH, null, signal));
      if (found !== null) return found;
      throw new RejectedError('remote_refused', `${url} answers, but not as "bellwether models serve" does.`);
    },
    async classify(inputs, model, signal) {
      const body = JSON.stringify({ model, inputs: inputs.map(toWire) });
      const found = parseAnswers(await ask(CLASSIFY_PATH, body, signal), { texts: inputs.length, model });
      if (found !== null) return found;
      throw new RejectedError('remote_refused', `${url} gave an answer that is none.`);
    },
  };
}

/** What a caller has beside them, such as labels of its own, stays here. */
function toWire({ text, language, sentimentOnly, mentions }: ClassifierInput): ClassifierInput {
  return {
    text,
    language,
    ...(sentimentOnly === undefined ? {} : { sentimentOnly }),
    ...(mentions === undefined ? {} : { mentions }),
  };
}

async function send(
  url: URL,
  {
    body,
    token,
    signal,
  }: { readonly body: string | null; readonly token: string | null; readonly signal: AbortSignal },
): Promise<Response> {
  try {
    return await fetch(url, {
      method: body === null ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body,
      signal,
      // Texts and token go to the configured host and nowhere else.
      redirect: 'error',
    });
  } catch (cause) {
    throw unreachable(url.origin, cause);
  }
}

async function readJson(response: Response, url: string): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += part.byteLength;
      if (bytes > MAX_ANSWER_BYTES) break;
      parts.push(part);
    }
  } catch (cause) {
    throw unreachable(url, cause);
  }
  if (bytes > MAX_ANSWER_BYTES)
    throw new RejectedError('remote_refused', `${url} answered with more than ${MAX_ANSWER_BYTES} bytes.`);
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch (cause) {
    throw new RejectedError('remote_refused', `${url} answered something that is not JSON.`, { cause });
  }
}

function unreachable(url: string, cause: unknown): UnavailableError {
  const late = cause instanceof Error && cause.name === 'TimeoutError';
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const why = late
    ? 'gave no answer in time'
    : `cannot be reached (${inner instanceof Error ? inner.message : String(inner)})`;
  return new UnavailableError('remote_unavailable', `${url} ${why}.`, { cause, retriable: !late });
}

function statusError(url: string, status: number): RejectedError | UnavailableError {
  if (status === 401)
    return new RejectedError(
      'remote_refused',
      `${url} does not know the token: set models.remote.token to its models.serve.token.`,
    );
  if (status === 409)
    return new RejectedError(
      'remote_differs',
      `${url} serves another model by now; it is not asked until it serves the same again.`,
    );
  if (status === 429 || status >= 500)
    return new UnavailableError('remote_unavailable', `${url} answered ${status}.`, { retriable: false });
  return new RejectedError('remote_refused', `${url} answered ${status}.`);
}

/**
 * A host of ours says when it is the text, and then another one would say the same. All else is the fault of the host, of its
 * version or of a proxy before it, whatever the text.
 */
async function refusalError(response: Response, url: string): Promise<RejectedError> {
  const code = await readRefusal(response, url);
  if (code === null)
    return new RejectedError(
      'remote_refused',
      `${url} answered ${response.status}, and not as "bellwether models serve" does: what stands before it may refuse requests.`,
    );
  if (TEXT_REFUSALS.includes(code))
    return new RejectedError('remote_text', `${url} cannot read a text (${code}).`);
  return new RejectedError(
    'remote_refused',
    `${url} does not understand requests of this version (${code}): run the same version there.`,
  );
}

/** The code that a host of ours gives; null for what anybody else says, whatever it is. */
async function readRefusal(response: Response, url: string): Promise<string | null> {
  try {
    return parseRefusal(await readJson(response, url));
  } catch (error) {
    if (error instanceof RejectedError) return null;
    throw error;
  }
}
