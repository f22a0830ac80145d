import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createSocketConnector, HandshakeRefusedError } from '../../ingest/fetch/guarded-socket.js';
import { systemClock } from '../../pipeline/core/clock.js';
import { startSocketStub, textFrame, type SocketStub, type StubConnection } from '../support/stubs/socket.js';
import { virtualClock } from '../support/virtual-clock.js';

let stub: SocketStub | undefined;
afterEach(async () => {
  await stub?.stop();
  stub = undefined;
});

const never = new AbortController().signal;
const connector = (clock = systemClock) =>
  createSocketConnector({ userAgent: 'Bellwether test', allowPrivateHosts: true, clock });

async function connect(script: (connection: StubConnection) => void, perMessageDeflate = false) {
  stub = await startSocketStub({ onConnection: script, perMessageDeflate });
  return connector().open({ url: stub.url }, never);
}

describe('T4 over WebSockets', () => {
  it('closes at the announcement of a frame of 1 GB, before any of it is kept', async () => {
    const head = Buffer.alloc(10);
    head.set([0x81, 127]);
    head.writeBigUInt64BE(1_000_000_000n, 2);
    const before = process.memoryUsage().arrayBuffers;
    const socket = await connect((connection) => {
      connection.sendBytes(head);
    });
    await expect(socket.next()).rejects.toMatchObject({ code: 'message_too_large' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });

  it('closes when the parts of a message come to more than 1 MB', async () => {
    const part = Buffer.alloc(65_540, 0x61);
    part.set([0x01, 126, 0xff, 0xff]);
    const next = Buffer.from(part);
    next.set([0x00], 0);
    const socket = await connect((connection) => {
      // 65,535 bytes a frame is the most that this header can say; the last byte begins the next frame.
      connection.sendBytes(part.subarray(0, 65_539));
      for (let n = 0; n < 20; n += 1) connection.sendBytes(next.subarray(0, 65_539));
    });
    await expect(socket.next()).rejects.toMatchObject({ code: 'message_too_large' });
  });

  it('agrees to no compression, and a packed frame that comes nevertheless ends the connection', async () => {
    const extensions: (string | undefined)[] = [];
    const socket = await connect((connection) => {
      extensions.push(connection.request.headers['sec-websocket-extensions']);
      const frame = textFrame('bomb');
      frame.set([0xc1], 0);
      connection.sendBytes(frame);
    }, true);
    await expect(socket.next()).rejects.toMatchObject({ code: 'unreachable' });
    expect(extensions).toEqual([undefined]);
  });

  it('gives nothing for a frame that trickles in, so that it counts as silence', async () => {
    const frame = textFrame('slow');
    let sent = 0;
    let trickle: () => void = () => undefined;
    const socket = await connect((connection) => {
      trickle = () => {
        connection.sendBytes(frame.subarray(sent, sent + 1));
        sent += 1;
      };
    });
    let given = false;
    const next = socket.next().then((messages) => {
      given = true;
      return messages;
    });
    while (sent < frame.length - 1) {
      trickle();
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    }
    expect(given).toBe(false);
    trickle();
    expect(await next).toEqual(['slow']);
    socket.close();
  });

  it('stops reading a socket whose messages nobody takes, and loses none', async () => {
    const total = 20_000;
    let connection: StubConnection | undefined;
    const socket = await connect((started) => {
      connection = started;
      for (let n = 0; n < total; n += 1) started.send(JSON.stringify({ n, pad: 'x'.repeat(1_000) }));
    });
    let read = false;
    void connection!.read().then(() => {
      read = true;
    });
    for (let turn = 0; turn < 500; turn += 1) await nextTurn();
    // The ping behind 20 MB of messages is not answered: the client has stopped reading.
    expect(read).toBe(false);
    const seen: number[] = [];
    while (seen.length < total) {
      const messages = (await socket.next()) ?? [];
      expect(messages.length).toBeLessThan(1_000);
      seen.push(...messages.map((message) => (JSON.parse(message) as { n: number }).n));
    }
    expect(seen).toEqual(Array.from({ length: total }, (_, n) => n));
    socket.close();
  });
});

describe('T3 over WebSockets', () => {
  const guarded = createSocketConnector({
    userAgent: 'Bellwether test',
    clock: systemClock,
    resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  });
  it.each([
    'ws://127.0.0.1/',
    'ws://[::1]/',
    'ws://2130706433/',
    'ws://0x7f.1/',
    'ws://[::ffff:127.0.0.1]/',
    'ws://169.254.169.254/latest',
    'wss://name.example/',
    'wss://user:pass@name.example/',
    'ws://name.example:8080/',
    'http://name.example/',
    'file:///etc/hostname',
  ])('refuses %s without a connection', async (url) => {
    await expect(guarded.open({ url }, never)).rejects.toMatchObject({ code: 'address_refused' });
  });

  it('T16: a secret that no header can carry is refused without being told', async () => {
    stub = await startSocketStub({ onConnection: () => undefined });
    const secretHeaders = { authorization: 'Bearer hidden\nvalue' };
    const opening = connector().open({ url: stub.url, secretHeaders }, never);
    await expect(opening).rejects.toMatchObject({ code: 'bad_request' });
    await expect(opening).rejects.not.toThrow('hidden');
  });

  it('follows no redirect', async () => {
    stub = await startSocketStub({ onConnection: () => undefined, refuse: () => 302 });
    const opening = connector().open({ url: stub.url, secretHeaders: { authorization: 'Bearer s' } }, never);
    await expect(opening).rejects.toBeInstanceOf(HandshakeRefusedError);
    expect(stub.count()).toBe(1);
  });
});

it('sends greetings and secret headers, answers pings, and asks for a sign of life every 20 s', async () => {
  const clock = virtualClock('2026-03-30T12:00:00Z');
  const connections: StubConnection[] = [];
  stub = await startSocketStub({ onConnection: (connection) => connections.push(connection) });
  const socket = await connector(clock).open(
    { url: stub.url, secretHeaders: { authorization: 'Bearer s' }, greetings: ['{"subscribe":"all"}'] },
    never,
  );
  const [connection] = connections;
  expect(connection?.request.headers).toMatchObject({
    authorization: 'Bearer s',
    'user-agent': 'Bellwether test',
  });
  await connection?.read();
  expect(connection?.received).toEqual(['{"subscribe":"all"}']);
  expect(await socket.next()).toEqual([]);
  const life = socket.next();
  clock.advance(20_000);
  expect(await life).toEqual([]);
  connection?.end();
  expect(await socket.next()).toBeNull();
  for (let turn = 0; turn < 50 && clock.sleepers() > 0; turn += 1) await nextTurn();
  expect(clock.sleepers()).toBe(0);
});
