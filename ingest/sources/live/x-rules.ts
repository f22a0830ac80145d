import type { Clock } from '../../../pipeline/core/clock.js';
import type { FetchedPage, GuardedClient } from '../../fetch/guarded-client.js';
import { fieldsOf, idIn, listIn, parseJson, textIn } from './json-fields.js';
import { StreamRefusedError } from './live-stream.js';
import { refusal, type Advice } from './refusals.js';

export interface XAccess {
  readonly client: GuardedClient;
  readonly clock: Clock;
  /** `https://api.x.com`. */
  readonly url: string;
  /** Bearer token of the application. */
  readonly token: string;
}

export const X_NAME = 'X';

export const X_ADVICE: Advice = {
  401: 'The bearer token is wrong or was made anew: copy it from the developer portal into "token".',
  402: 'The credits of the account are used up: buy some in the developer portal.',
  403: 'The application has no access to the filtered stream: it has to be in a project whose plan includes it.',
};

export interface Rule {
  readonly id: string;
  readonly value: string;
  readonly tag: string | null;
}

/** What the rules of all our sources are tagged with; the id of the source follows. */
export const TAG = 'bellwether-';

/** What the rules of a source are known by at X, where they stay when the source is gone. */
export function tagOf(sourceId: string): string {
  return `${TAG}${sourceId}`;
}

export interface WantedRules {
  readonly sourceId: string;
  readonly wanted: readonly string[];
  /** Rules that X does not take a second time under another tag; kept between connections, so that X is asked once. */
  readonly taken: Set<string>;
}

/**
 * Makes the rules of the stream what this source wants and returns the ids of those that are ours.
 *
 * Only rules with our tag are taken away; others may belong to somebody else, and where one of them says the same it is used.
 * A rule of another of our sources is added once more under our tag where X takes it, because that source takes its own away when it wants it no longer.
 * Throws StreamRefusedError with the rule and the reason when X refuses one.
 */
export async function ensureRules(
  access: XAccess,
  { sourceId, wanted, taken }: WantedRules,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const tag = tagOf(sourceId);
  const present = await listRules(access, signal);
  const surplus = present.filter((rule) => rule.tag === tag && !wanted.includes(rule.value));
  const stays = (rule: Rule) => rule.tag === tag || rule.tag?.startsWith(TAG) !== true;
  const missing = wanted.filter((value) => {
    const same = present.filter((rule) => rule.value === value);
    return same.length === 0 || !(taken.has(value) || same.some(stays));
  });
  if (surplus.length > 0) await changeRules(access, { delete: { ids: surplus.map(({ id }) => id) } }, signal);
  if (missing.length > 0) {
    const add = missing.map((value) => ({ value, tag }));
    for (const value of await changeRules(access, { add }, signal)) taken.add(value);
  }
  const now = missing.length + surplus.length > 0 ? await listRules(access, signal) : present;
  // By tag, too, as X may write a rule differently than it was sent.
  const ours = now.filter((rule) => rule.tag === tag || wanted.includes(rule.value));
  return new Set(ours.map(({ id }) => id));
}

/** The rules of everybody who uses the token. */
export async function listRules(access: XAccess, signal: AbortSignal): Promise<readonly Rule[]> {
  const answer = await request(access, { method: 'GET' }, signal);
  return listIn(answer, 'data').flatMap((item) => {
    const rule = fieldsOf(item) ?? {};
    const [id, value] = [idIn(rule, 'id'), textIn(rule, 'value')];
    return id === null || value === null ? [] : [{ id, value, tag: textIn(rule, 'tag') }];
  });
}

/** Answers the rules that X has already. */
async function changeRules(
  access: XAccess,
  change: unknown,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const answer = await request(access, { method: 'POST', body: JSON.stringify(change) }, signal);
  const errors = listIn(answer, 'errors').map((error) => fieldsOf(error) ?? {});
  const bad = errors.find((error) => textIn(error, 'title') !== 'DuplicateRule');
  if (bad === undefined) return errors.flatMap((error) => textIn(error, 'value') ?? []);
  const [detail] = listIn(bad, 'details');
  const why =
    typeof detail === 'string'
      ? detail
      : (textIn(bad, 'detail') ?? textIn(bad, 'title') ?? 'no reason is given');
  throw new StreamRefusedError(
    'rule_refused',
    `${X_NAME} refuses the rule "${(textIn(bad, 'value') ?? '').slice(0, 200)}": ${why.slice(0, 300)} Correct "rules".`,
  );
}

async function request(
  { client, clock, url, token }: XAccess,
  asked: { readonly method: 'GET' | 'POST'; readonly body?: string },
  signal: AbortSignal,
): Promise<NonNullable<ReturnType<typeof fieldsOf>>> {
  const page = await client.request(
    {
      ...asked,
      url: `${url}/2/tweets/search/stream/rules`,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      secretHeaders: { authorization: `Bearer ${token}` },
    },
    signal,
  );
  if (page.status >= 200 && page.status < 300) return fieldsOf(parseJson(page.body.toString('utf8'))) ?? {};
  // A rule that cannot be read is refused with 400, and the reason is in the body.
  const body = fieldsOf(parseJson(page.body.toString('utf8'))) ?? {};
  if (page.status === 400 && listIn(body, 'errors').length > 0) return body;
  const limit = { limitEndsAt: limitEndOf(page) };
  const { status, headers } = page;
  throw refusal(
    { name: X_NAME, status, retryAfter: headers['retry-after'], ...limit },
    X_ADVICE,
    clock.now(),
  );
}

/** X says in seconds since the epoch when a limit is renewed. */
export function limitEndOf({ headers }: Pick<FetchedPage, 'headers'>): number | null {
  const seconds = Number(headers['x-rate-limit-reset']);
  return seconds > 0 && seconds < 1e11 ? seconds * 1_000 : null;
}
