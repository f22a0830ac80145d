import { sendJson, startHttpStub, type HttpStub } from './http.js';

export interface StubMessage {
  readonly id: number;
  readonly symbols: readonly string[];
  readonly sentiment?: string;
}

export interface StockTwitsStub extends HttpStub {
  /** Oldest first. */
  messages: StubMessage[];
  refuse: number | null;
  unknown: readonly string[];
}

const PAGE = 30;

/** StockTwits with the token `good`; everything in it is invented. */
export async function startStockTwitsStub(): Promise<StockTwitsStub> {
  const state = {
    messages: [] as StubMessage[],
    refuse: null as number | null,
    unknown: [] as readonly string[],
  };
  const stub = await startHttpStub(({ path, query, headers }, response) => {
    if (state.refuse !== null || headers.authorization !== 'OAuth good') {
      const status = state.refuse ?? 401;
      response.writeHead(status).end(JSON.stringify({ response: { status }, errors: [{ message: 'No' }] }));
      return;
    }
    const symbol = /symbol\/(.+)\.json$/.exec(path)?.[1] ?? '';
    if (state.unknown.includes(symbol)) {
      response.writeHead(404).end('{"response":{"status":404},"errors":[{"message":"Symbol not found"}]}');
      return;
    }
    const since = Number(query.get('since') ?? 0);
    const max = Number(query.get('max') ?? Number.MAX_SAFE_INTEGER);
    const found = state.messages
      .filter(({ id, symbols }) => symbols.includes(symbol) && id > since && id < max)
      .reverse();
    const page = found.slice(0, PAGE);
    sendJson(response, {
      response: { status: 200 },
      symbol: { id: 1, symbol, title: `${symbol} Invented Inc.`, watchlist_count: 10 },
      cursor: { more: found.length > PAGE, since: page[0]?.id ?? null, max: page.at(-1)?.id ?? null },
      messages: page.map(messageOf),
    });
  });
  return Object.assign(state, stub);
}

function messageOf({ id, symbols, sentiment }: StubMessage): unknown {
  return {
    id,
    body: `Message ${id} ${symbols.map((symbol) => `$${symbol}`).join(' ')}`,
    created_at: new Date(Date.parse('2026-03-31T11:00:00Z') + id * 1_000).toISOString().replace('.000', ''),
    user: { id: 77, username: 'mira_invented', name: 'Mira Invented', join_date: '2018-09-25', followers: 1 },
    source: { id: 1149, title: 'StockTwits for iOS' },
    symbols: symbols.map((symbol, index) => ({ id: index, symbol, title: `${symbol} Invented Inc.` })),
    entities: { sentiment: sentiment === undefined ? null : { basic: sentiment } },
    likes: { total: 4, user_ids: [78] },
  };
}
