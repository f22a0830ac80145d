import { ownField, type Fields } from '../../parse/fields.js';
import { countsIn, fieldsOf, idIn, listIn, recordIn, textIn } from './json-fields.js';

/** What a line of the filtered stream says. */
export type XMessage =
  | { readonly kind: 'post'; readonly post: XPost }
  | { readonly kind: 'deletion'; readonly id: string; readonly at: string | null }
  /** The stream ends, or will not begin: `code` is the last part of the problem's type. */
  | { readonly kind: 'problem'; readonly code: string; readonly detail: string }
  | { readonly kind: 'other' };

export interface XPost {
  /** Of the first version; all versions of a post share it. */
  readonly id: string;
  /** Of this version. */
  readonly versionId: string;
  readonly ruleIds: readonly string[];
  readonly document: Readonly<Record<string, unknown>>;
}

const COUNTS = {
  retweet_count: 'reposts',
  reply_count: 'replies',
  like_count: 'likes',
  quote_count: 'quotes',
};

/** Never throws. */
export function parseXMessage(value: unknown): XMessage {
  const message = fieldsOf(value);
  if (message === null) return { kind: 'other' };
  const problem =
    fieldsOf(listIn(message, 'errors')[0]) ?? (textIn(message, 'title') === null ? null : message);
  const data = recordIn(message, 'data');
  if (data === null && problem !== null) return problemOf(problem);
  const deletion = recordIn(data ?? message, 'delete');
  if (deletion !== null) return deletionOf(deletion);
  const post = data === null ? null : postOf(data, message);
  return post === null ? { kind: 'other' } : { kind: 'post', post };
}

function problemOf(problem: Fields): XMessage {
  const type = textIn(problem, 'type', 500) ?? textIn(problem, 'title', 500) ?? '';
  const detail = textIn(problem, 'detail', 2_000) ?? textIn(problem, 'title', 500) ?? 'no reason is given';
  const issue = textIn(problem, 'connection_issue', 100);
  return { kind: 'problem', code: issue ?? type.split('/').at(-1) ?? '', detail: detail.slice(0, 300) };
}

function deletionOf(deletion: Fields): XMessage {
  const id = idIn(recordIn(deletion, 'tweet') ?? {}, 'id');
  return id === null ? { kind: 'other' } : { kind: 'deletion', id, at: textIn(deletion, 'event_at', 40) };
}

function postOf(data: Fields, message: Fields): XPost | null {
  const versionId = idIn(data, 'id');
  const text = textIn(recordIn(data, 'note_tweet') ?? {}, 'text') ?? textIn(data, 'text');
  if (versionId === null || text === null) return null;
  const [first] = listIn(data, 'edit_history_tweet_ids');
  const id = typeof first === 'string' && first !== '' && first.length <= 100 ? first : versionId;
  const createdAt = ownField(data, 'created_at');
  const isEdit = id !== versionId;
  return {
    id,
    versionId,
    ruleIds: listIn(message, 'matching_rules').flatMap((rule) => idIn(fieldsOf(rule) ?? {}, 'id') ?? []),
    document: {
      action: isEdit ? 'replace' : 'add',
      nativeId: id,
      // Without the name of the author, which their own links hold.
      url: `https://x.com/i/web/status/${versionId}`,
      text,
      language: languageOf(data),
      tickers: tickersOf(data),
      author: { id: idIn(data, 'author_id') ?? '' },
      publishedAt: createdAt,
      ...(isEdit ? { modifiedAt: createdAt } : {}),
      extra: extraOf(data, message),
    },
  };
}

/** Codes such as `und` and `qme` stand for no language. */
function languageOf(data: Fields): string | null {
  const language = textIn(data, 'lang', 20);
  return language === null || /^(und|zxx|q.*|art)$/.test(language) ? null : language;
}

function tickersOf(data: Fields): readonly string[] {
  const entities = recordIn(data, 'entities') ?? {};
  return listIn(entities, 'cashtags').flatMap((tag) => textIn(fieldsOf(tag) ?? {}, 'tag', 20) ?? []);
}

function extraOf(data: Fields, message: Fields): Record<string, unknown> {
  const references = listIn(data, 'referenced_tweets').map((item) =>
    textIn(fieldsOf(item) ?? {}, 'type', 40),
  );
  const author = idIn(data, 'author_id');
  const users = listIn(recordIn(message, 'includes') ?? {}, 'users').map((user) => fieldsOf(user) ?? {});
  const since = textIn(users.find((user) => idIn(user, 'id') === author) ?? {}, 'created_at', 40);
  return {
    ...countsIn(recordIn(data, 'public_metrics') ?? {}, COUNTS),
    ...(references.includes('replied_to') ? { reply: true } : {}),
    ...(references.includes('retweeted') ? { repost: true } : {}),
    ...(since === null ? {} : { accountSince: since.slice(0, 7) }),
  };
}
