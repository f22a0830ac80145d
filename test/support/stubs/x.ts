import type { ServerResponse } from 'node:http';
import { sendJson, startHttpStub, type HttpStub } from './http.js';

export interface StubRule {
  readonly id: string;
  readonly value: string;
  readonly tag?: string;
}

export interface StubXPost {
  readonly id: string;
  readonly text: string;
  readonly ruleIds: readonly string[];
  readonly history?: readonly string[];
  readonly at?: string;
}

/** A line of the filtered stream; everything in it is invented. */
export function xLine({ id, text, ruleIds, history, at }: StubXPost): string {
  return JSON.stringify({
    data: {
      id,
      text,
      author_id: '424242',
      created_at: at ?? '2026-03-31T11:59:00.000Z',
      edit_history_tweet_ids: history ?? [id],
      entities: { cashtags: [{ start: 0, end: 5, tag: 'ALDR' }] },
      lang: 'en',
      public_metrics: { retweet_count: 1, reply_count: 2, like_count: 3, quote_count: 4 },
    },
    includes: {
      users: [
        {
          id: '424242',
          name: 'Mira Invented',
          username: 'mira_invented',
          created_at: '2011-01-02T00:00:00.000Z',
        },
      ],
    },
    matching_rules: ruleIds.map((rule) => ({ id: rule, tag: '' })),
  });
}

export interface XStub extends HttpStub {
  rules: StubRule[];
  /** Refuses a rule that is there already, whatever its tag. */
  takesOnce: boolean;
  /** A status for the stream. */
  refuse: number | null;
  /** Sent with each connection at once. */
  replay: readonly string[];
  write(text: string): void;
  end(): void;
  readonly listeners: () => number;
}

/** X with the token `good`; the rule `bad(` is refused. */
export async function startXStub(): Promise<XStub> {
  const state = {
    rules: [] as StubRule[],
    takesOnce: false,
    refuse: null as number | null,
    replay: [] as readonly string[],
  };
  const listening = new Set<ServerResponse>();
  let made = 0;
  const stub = await startHttpStub(({ method, path, headers, body }, response) => {
    if (headers.authorization !== 'Bearer good') {
      response.writeHead(401).end('{"title":"Unauthorized","status":401}');
    } else if (path.endsWith('/rules') && method === 'GET') {
      sendJson(response, {
        data: state.rules,
        meta: { sent: '2026-03-31T12:00:00.000Z', result_count: state.rules.length },
      });
    } else if (path.endsWith('/rules')) {
      const change = JSON.parse(body) as {
        add?: { value: string; tag: string }[];
        delete?: { ids: string[] };
      };
      const gone = new Set(change.delete?.ids);
      state.rules = state.rules.filter(({ id }) => !gone.has(id));
      const before = state.takesOnce ? new Set(state.rules.map(({ value }) => value)) : new Set();
      const isRefused = ({ value }: { value: string }) => value === 'bad(' || before.has(value);
      const errors = (change.add ?? []).filter(isRefused);
      for (const { value, tag } of (change.add ?? []).filter((rule) => !isRefused(rule))) {
        made += 1;
        state.rules.push({ id: `9${made}`, value, tag });
      }
      const titleOf = (value: string) => (value === 'bad(' ? 'UnprocessableEntity' : 'DuplicateRule');
      sendJson(response, {
        meta: { summary: { created: 1, not_created: errors.length } },
        ...(errors.length === 0
          ? {}
          : {
              errors: errors.map(({ value }) => ({
                value,
                title: titleOf(value),
                details: ['missing ) at the end.'],
              })),
            }),
      });
    } else if (state.refuse !== null) {
      response.writeHead(state.refuse, { 'x-rate-limit-reset': '1774959000' }).end('{"title":"No"}');
    } else {
      response.writeHead(200, { 'content-type': 'application/json' }).write('\r\n');
      for (const line of state.replay) response.write(`${line}\r\n`);
      listening.add(response);
      response.on('close', () => listening.delete(response));
    }
  });
  const all = (act: (response: ServerResponse) => void) => {
    for (const response of listening) act(response);
  };
  return Object.assign(state, stub, {
    write: (text: string) => {
      all((response) => response.write(text));
    },
    end: () => {
      all((response) => response.end());
    },
    listeners: () => listening.size,
  });
}
