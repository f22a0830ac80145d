import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@clickhouse/client';
import { drainPending } from 'chdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Secret } from '../../config/secret.js';
import {
  startClickHouseEndpoint,
  type ClickHouseEndpoint,
} from '../../pipeline/storage/endpoint/clickhouse-endpoint.js';
import { openStore, type Store } from '../../pipeline/storage/open-store.js';
import { batchOf, makeVersion, stillClock, touchedBy } from '../support/store.js';

const folder = mkdtempSync(join(tmpdir(), 'bellwether-endpoint-'));
const path = join(folder, 'store');
let store: Store;
let endpoint: ClickHouseEndpoint;

const options = {
  path,
  host: '127.0.0.1',
  port: 0,
  user: 'grafana',
  password: new Secret('invented'),
  maxSeconds: 2,
  maxMemoryBytes: 200_000_000,
  maxRows: 1_000,
};

beforeAll(async () => {
  store = await openStore({ path, world: 'demo', clock: stillClock });
  const versions = Array.from({ length: 20 }, (_, n) =>
    makeVersion({ name: `e ${n}`, offset: n, text: `坏消息 \u0000 ${n}` }),
  );
  await store.write(batchOf(...versions));
  await store.rollUp(touchedBy(...versions));
  endpoint = await startClickHouseEndpoint(options);
});
afterAll(async () => {
  await endpoint.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const KEY = { 'x-clickhouse-user': 'grafana', 'x-clickhouse-key': 'invented' };
const ask = (sql: string, more = '') =>
  fetch(`${endpoint.url}/?query=${encodeURIComponent(sql)}${more}`, { headers: KEY });

describe('The read-only ClickHouse endpoint', () => {
  it('serves the ordinary client, with bound parameters and any text', async () => {
    const client = createClient({
      url: endpoint.url,
      username: 'grafana',
      password: 'invented',
      database: 'default',
    });
    try {
      expect((await client.ping()).success).toBe(true);
      const answer = await client.query({
        query:
          'SELECT count() AS n, any(text) AS sample FROM documents WHERE has({ids:Array(String)}, native_id) OR text LIKE {like:String}',
        query_params: { ids: ["it's", 'a\\b', 'c\td'], like: '坏消息%' },
        format: 'JSONEachRow',
      });
      const [row] = await answer.json<{ n: string; sample: string }>();
      expect(Number(row?.n)).toBe(20);
      expect(row?.sample).toContain('坏消息 \u0000');
    } finally {
      await client.close();
    }
  });

  it('passes binary formats through, byte for byte', async () => {
    const parquet = Buffer.from(
      await (await ask('SELECT number FROM numbers(3) FORMAT Parquet')).arrayBuffer(),
    );
    expect(parquet.subarray(0, 4).toString()).toBe('PAR1');
    expect(parquet.subarray(-4).toString()).toBe('PAR1');
    const rows = Buffer.from(
      await (await ask('SELECT toUInt8(number + 126) FROM numbers(4) FORMAT RowBinary')).arrayBuffer(),
    );
    expect([...rows]).toEqual([126, 127, 128, 129]);
  });

  it('takes the statement from the body, the format from the address, and answers as a server does', async () => {
    const response = await fetch(`${endpoint.url}/?default_format=JSONCompact&max_execution_time=60`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('grafana:invented').toString('base64')}` },
      body: 'SELECT 1 AS one',
    });
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.headers.get('x-clickhouse-format')).toBe('JSONCompact');
    expect(await response.json()).toMatchObject({
      meta: [{ name: 'one', type: 'UInt8' }],
      data: [[1]],
      rows: 1,
    });
    expect(await (await fetch(`${endpoint.url}/ping`)).text()).toBe('Ok.\n');
  });

  it.each([
    ['no credentials', {}, 401],
    ['a wrong password', { ...KEY, 'x-clickhouse-key': 'guess' }, 403],
    ['another user', { ...KEY, 'x-clickhouse-user': 'default' }, 403],
  ])('refuses %s', async (_, headers, status) => {
    const response = await fetch(`${endpoint.url}/?query=SELECT+1`, { headers });
    expect(response.status).toBe(status);
    expect(response.headers.get('x-clickhouse-exception-code')).toBe('516');
  });

  it.each([
    ['a statement that writes', 'DROP TABLE documents', 403, '164'],
    ['a file to write', `SELECT 1 INTO OUTFILE '${folder}/written'`, 403, '164'],
    ['a file to read', "SELECT file('/etc/hostname')", 403, '164'],
    ['a table that is not there', 'SELECT * FROM nothing_here', 404, '60'],
    ['nonsense', 'SELECT FROM WHERE', 400, '62'],
    ['too many rows', 'SELECT number FROM numbers(5000)', 400, '396'],
    ['too long a query', 'SELECT max(cityHash64(number)) FROM numbers(100000000000)', 408, '159'],
    ['too much memory', 'SELECT groupArray(number) FROM numbers(100000000)', 500, '241'],
  ])('answers %s with the reason', async (_, sql, status, code) => {
    const response = await ask(sql);
    expect(response.headers.get('x-clickhouse-exception-code'), await response.text()).toBe(code);
    expect(response.status).toBe(status);
    expect(await readdir(folder)).toEqual(['store']);
  });

  it('lets nobody change the limits, and passes over what says nothing', async () => {
    expect((await ask('SELECT 1', '&max_memory_usage=0')).status).toBe(400);
    expect((await ask('SELECT 1', '&compress=1')).status).toBe(400);
    expect((await ask('SELECT 1', '&session_id=x&wait_end_of_query=1')).status).toBe(200);
  });

  it('takes the settings of an answer from the statement and from the address', async () => {
    const quote = 'output_format_json_quote_64bit_integers';
    const sql = 'SELECT toUInt64(7) AS n';
    const plain = await (await ask(sql, `&default_format=JSONEachRow&${quote}=0`)).text();
    expect(plain).toBe('{"n":7}\n');
    const inside = await (await ask(`${sql} FORMAT JSONEachRow SETTINGS ${quote} = 1`)).text();
    expect(inside).toBe('{"n":"7"}\n');
    const iso = await (await ask("SELECT toDateTime(0, 'UTC')", '&date_time_output_format=iso')).text();
    expect(iso).toBe('1970-01-01T00:00:00Z\n');
    expect((await ask('SELECT 1', '&result_overflow_mode=break')).status).toBe(400);
  });

  it('answers a statement with a column that is called format', async () => {
    expect(await (await ask('SELECT 1 AS format FROM numbers(1)')).text()).toBe('1\n');
  });

  it('refuses who waits as soon as it is closed', async () => {
    const own = await startClickHouseEndpoint(options);
    const heavy = 'SELECT max(cityHash64(number)) FROM numbers(100000000000)';
    const asked = Array.from({ length: 6 }, () =>
      fetch(`${own.url}/?query=${encodeURIComponent(heavy)}`, { headers: KEY }).catch(() => null),
    );
    await fetch(`${own.url}/ping`);
    const began = performance.now();
    await own.close();
    await Promise.all(asked);
    expect(performance.now() - began).toBeLessThan(1_500);
    // Two were with the engine, for at most two seconds more; four would have had their turn after them.
    await drainPending();
    expect((performance.now() - began) / 1_000).toBeLessThan(5);
  });

  it('keeps nothing of one caller for the next', async () => {
    expect(await (await ask('SELECT {x:UInt8}', '&param_x=7')).text()).toBe('7\n');
    expect((await ask('SELECT {x:UInt8}')).status).toBe(400);
  });

  it('answers many at once, sends away too many, and lets the writer work meanwhile', async () => {
    const slow = Array.from({ length: 40 }, () =>
      ask('SELECT max(cityHash64(number)) FROM numbers(30000000)'),
    );
    const began = performance.now();
    await store.write(batchOf(makeVersion({ name: 'meanwhile', offset: 100 })));
    const written = performance.now() - began;
    const statuses = (await Promise.all(slow)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(10);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
    expect(written).toBeLessThan(2_000);
  });

  it('gives the turn of a client that reads nothing to nobody until it goes', async () => {
    const large = encodeURIComponent("SELECT repeat('x', 100000) FROM numbers(400)");
    const idle = Array.from({ length: 2 }, () => {
      const { port } = new URL(endpoint.url);
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(
        `GET /?query=${large} HTTP/1.1\r\nhost: x\r\nx-clickhouse-user: grafana\r\nx-clickhouse-key: invented\r\n\r\n`,
      );
      socket.pause();
      return socket;
    });
    // The head of the answer is there: the engine is done, and the rest waits for its reader.
    await Promise.all(idle.map((socket) => once(socket, 'readable')));
    let answered = false;
    const third = ask('SELECT 1').then((response) => {
      answered = true;
      return response.status;
    });
    await fetch(`${endpoint.url}/ping`);
    expect(answered).toBe(false);
    for (const socket of idle) socket.destroy();
    expect(await third).toBe(200);
  });

  it('is not started without a password', async () => {
    await expect(startClickHouseEndpoint({ ...options, password: null })).rejects.toMatchObject({
      code: 'endpoint_without_password',
    });
  });
});
