import type { ServerResponse } from 'node:http';
import { sendJson, startHttpStub, type HttpStub } from './http.js';

export interface StubStatus {
  readonly id: string;
  readonly text: string;
  readonly at?: string;
  readonly editedAt?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A status in the form of the API; everything in it is invented. */
export function mastodonStatus({ id, text, at, editedAt, more }: StubStatus): Record<string, unknown> {
  return {
    id,
    created_at: at ?? '2026-03-31T11:59:00.000Z',
    edited_at: editedAt ?? null,
    in_reply_to_id: null,
    sensitive: false,
    spoiler_text: '',
    visibility: 'public',
    language: 'en',
    uri: `https://mastodon.example/users/mira_invented/statuses/${id}`,
    url: `https://mastodon.example/@mira_invented/${id}`,
    replies_count: 1,
    reblogs_count: 2,
    favourites_count: 3,
    content: `<p>${text}</p>`,
    reblog: null,
    account: {
      id: '4711',
      username: 'mira_invented',
      acct: 'mira_invented',
      display_name: 'Mira Invented',
      bot: false,
      created_at: '2019-05-04T00:00:00.000Z',
    },
    card: null,
    ...more,
  };
}

export interface MastodonStub extends HttpStub {
  /** Sends to all who listen. */
  send(event: string, data: unknown): void;
  write(text: string): void;
  /** Drops all who listen. */
  drop(): void;
  readonly listeners: () => number;
  /** What the timeline holds, oldest first. */
  readonly timeline: Record<string, unknown>[];
}

/** A server with one timeline, its stream and a token `good`; `refuse` gives a status for the stream. */
export async function startMastodonStub(refuse: () => number | null = () => null): Promise<MastodonStub> {
  const timeline: Record<string, unknown>[] = [];
  const listening = new Set<ServerResponse>();
  const stub = await startHttpStub(({ path, query, headers }, response) => {
    const status = headers.authorization === 'Bearer good' ? refuse() : 401;
    if (status !== null) {
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":"no"}');
    } else if (path.startsWith('/api/v1/streaming/')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':)\n');
      listening.add(response);
      response.on('close', () => listening.delete(response));
    } else {
      const after = BigInt(query.get('min_id') ?? '0');
      const newer = timeline.filter(({ id }) => BigInt(id as string) > after);
      sendJson(response, newer.slice(0, Number(query.get('limit'))).reverse());
    }
  });
  const write = (text: string) => {
    for (const response of listening) response.write(text);
  };
  return {
    ...stub,
    timeline,
    write,
    listeners: () => listening.size,
    drop: () => {
      for (const response of listening) response.destroy();
    },
    send: (event, data) => {
      write(`event: ${event}\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
    },
  };
}
