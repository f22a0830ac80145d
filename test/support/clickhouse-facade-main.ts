import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Session } from 'chdb';

/*
 * A ClickHouse server for tests: SQL in chDB behind the HTTP protocol of a server, so that the ordinary client and the server
 * path of the store can be tested. Only what that client sends is understood. Faults are switched on over POST /fault.
 */

interface Fault {
  readonly mode: 'none' | 'refuse' | 'error' | 'hang-before' | 'hang-after' | 'drop-after' | 'slow';
  /** How often it happens, 0 … 1. */
  readonly probability: number;
  readonly ms: number;
  /** Only statements that begin like this (upper case), such as INSERT; '' for all. */
  readonly statements: string;
}

const [path = '', port = '0'] = process.argv.slice(2);
const session = new Session(path);
let fault: Fault = { mode: 'none', probability: 1, ms: 0, statements: '' };
const databases = new Set<string>(['default']);

/** As a server: parameters stand in the address. */
const MAX_ADDRESS_BYTES = 1_048_576;

const server = createServer({ maxHeaderSize: MAX_ADDRESS_BYTES }, (request, response) => {
  answer(request, response).catch(() => {
    response.destroy();
  });
});
server.listen(Number(port), '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.on('disconnect', () => process.exit(0));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const body = await readBody(request);
  if (url.pathname === '/fault') {
    fault = JSON.parse(body.toString('utf8')) as Fault;
    response.end();
    return;
  }
  if (url.pathname === '/ping') {
    response.end('Ok.\n');
    return;
  }
  const query = url.searchParams.get('query');
  const text = body.toString('utf8');
  const statement = query === null ? text : `${query}\n${text}`;
  const now = strikes(statement) ? fault : { ...fault, mode: 'none' as const };
  if (now.mode === 'refuse') {
    request.socket.destroy();
    return;
  }
  if (now.mode === 'error') {
    response.writeHead(500, { 'x-clickhouse-exception-code': '210' });
    response.end('Code: 210. DB::NetException: invented. (NETWORK_ERROR)');
    return;
  }
  if (now.mode === 'slow') await pause(now.ms);
  if (now.mode === 'hang-before') return;
  const result = await inTurn(() => run(statement, url.searchParams));
  if (now.mode === 'hang-after') return;
  if (now.mode === 'drop-after') {
    request.socket.destroy();
    return;
  }
  response.writeHead(result.code === null ? 200 : 400, {
    'content-type': 'text/plain; charset=UTF-8',
    ...(result.code === null ? {} : { 'x-clickhouse-exception-code': String(result.code) }),
  });
  response.end(result.text);
}

function strikes(statement: string): boolean {
  const begins = statement.trimStart().toUpperCase().startsWith(fault.statements);
  return fault.mode !== 'none' && begins && Math.random() < fault.probability;
}

let last: Promise<unknown> = Promise.resolve();

/** Settings and parameters belong to the session, so one request at a time has it. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const next = last.then(work);
  last = next.catch(() => undefined);
  return next;
}

/** One statement with the settings and parameters of its request; the session is one, so both are set each time. */
async function run(
  statement: string,
  search: URLSearchParams,
): Promise<{ text: string | Buffer; code: number | null }> {
  try {
    const database = search.get('database') ?? 'default';
    if (!databases.has(database)) {
      await session.queryAsync(`CREATE DATABASE IF NOT EXISTS ${database}`);
      databases.add(database);
    }
    await session.queryAsync(`USE ${database}`);
    const settings: string[] = [];
    for (const [name, value] of search) {
      if (name.startsWith('param_')) await session.queryAsync(`SET ${name} = ${quoted(value)}`);
      else if (isSetting(name))
        settings.push(`${name} = ${/^\d+(\.\d+)?$/.test(value) ? value : quoted(value)}`);
    }
    if (settings.length > 0) await session.queryAsync(`SET ${settings.join(', ')}`);
    return { text: Buffer.from((await session.queryAsync(statement)).bytes()), code: null };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { text, code: Number(/Code: (\d+)/.exec(text)?.[1] ?? '1002') };
  }
}

const OWN = new Set(['query', 'database', 'query_id', 'session_id', 'default_format', 'role', 'readonly']);
const SERVER_ONLY = new Set(['wait_end_of_query', 'insert_quorum', 'select_sequential_consistency']);

/** `readonly` would hold for the session of everybody here. */
function isSetting(name: string): boolean {
  return !OWN.has(name) && !SERVER_ONLY.has(name);
}

function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
