import { ownField, type Fields } from '../../parse/fields.js';
import { htmlToText } from '../../parse/html-to-text.js';
import { countsIn, idIn, recordIn, textIn } from './json-fields.js';
import { sharedLink } from './shared-link.js';

/** A public post of a Mastodon server, as far as it concerns documents. */
export interface MastodonStatus {
  readonly id: string;
  /** Content warning and text, without HTML. */
  readonly text: string;
  readonly language: string | null;
  /** Null for a post as it was first written. */
  readonly editedAt: string | null;
  /** In the form that `parseDocument` takes. */
  readonly document: Readonly<Record<string, unknown>>;
}

const COUNTS = { reblogs_count: 'reposts', favourites_count: 'likes', replies_count: 'replies' };

/** Returns null for what is no public post with a text: a boost, a picture alone, a follower's post, garbage. */
export function parseMastodonStatus(status: Fields): MastodonStatus | null {
  const id = idIn(status, 'id');
  const account = recordIn(status, 'account');
  const visibility = ownField(status, 'visibility') ?? 'public';
  if (id === null || account === null || visibility !== 'public' || recordIn(status, 'reblog') !== null)
    return null;
  const warning = textIn(status, 'spoiler_text', 2_000);
  const body = htmlToText(textIn(status, 'content', 2_000_000) ?? '');
  if (body === '' && warning === null) return null;
  const editedAt = textIn(status, 'edited_at');
  const language = textIn(status, 'language', 100);
  return {
    id,
    text: [warning, body].filter((part) => part !== null).join('\n'),
    language,
    editedAt,
    document: {
      nativeId: id,
      title: warning,
      text: body,
      language,
      author: { id: idIn(account, 'id') ?? '' },
      publishedAt: ownField(status, 'created_at'),
      ...(editedAt === null ? {} : { modifiedAt: editedAt }),
      extra: extraOf(status, account),
    },
  };
}

function extraOf(status: Fields, account: Fields): Record<string, unknown> {
  const card = recordIn(status, 'card');
  const link = card === null ? null : sharedLink(textIn(card, 'url', 1_000));
  const since = textIn(account, 'created_at', 40);
  return {
    ...countsIn(status, COUNTS),
    ...(idIn(status, 'in_reply_to_id') === null ? {} : { reply: true }),
    ...(ownField(account, 'bot') === true ? { bot: true } : {}),
    ...(link === null ? {} : { link }),
    ...(since === null ? {} : { accountSince: since.slice(0, 7) }),
  };
}
