import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

/** One client of the stub. */
export interface StubConnection {
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  send(message: string): void;
  /** Sends what it likes below the protocol. */
  sendBytes(bytes: Uint8Array): void;
  /** The first part of a frame, and nothing after it. */
  sendPart(message: string, fraction: number): void;
  /** Resolves when everything sent so far was read by the client, or the connection is over. */
  read(): Promise<void>;
  /** Messages of the client so far. */
  readonly received: readonly string[];
  readonly closed: () => boolean;
  /** Ends it in order. */
  end(): void;
  /** Ends it as a pulled cable does. */
  cut(): void;
}

export interface SocketStub {
  readonly url: string;
  /** Connections so far. */
  readonly count: () => number;
  stop(): Promise<void>;
}

export interface StubOptions {
  readonly onConnection: (connection: StubConnection, index: number) => void;
  /** A status for the handshake instead of a socket. */
  readonly refuse?: (request: IncomingMessage, index: number) => number | null;
  readonly perMessageDeflate?: boolean;
}

/** A WebSocket server on this machine that plays a script for each connection. */
export async function startSocketStub(options: StubOptions): Promise<SocketStub> {
  const server = createServer((_, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: options.perMessageDeflate === true,
  });
  let count = 0;
  server.on('upgrade', (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    const index = count;
    count += 1;
    const status = options.refuse?.(request, index) ?? null;
    if (status !== null) {
      raw.end(`HTTP/1.1 ${status} No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    raw.on('error', () => undefined);
    sockets.handleUpgrade(request, raw, head, (socket) => {
      options.onConnection(connectionOf(socket, raw, request), index);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/subscribe`,
    count: () => count,
    stop: async () => {
      for (const client of sockets.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function connectionOf(socket: WebSocket, raw: Duplex, request: IncomingMessage): StubConnection {
  const received: string[] = [];
  let closed = false;
  const closing = new Set<() => void>();
  socket.on('message', (data: Buffer) => received.push(data.toString('utf8')));
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
    for (const over of closing) over();
  });
  return {
    request,
    query: new URL(request.url ?? '/', 'ws://stub').searchParams,
    received,
    closed: () => closed,
    send: (message) => {
      if (!closed) socket.send(message);
    },
    sendBytes: (bytes) => raw.write(bytes),
    sendPart: (message, fraction) => {
      const frame = textFrame(message);
      raw.write(frame.subarray(0, Math.max(1, Math.floor(frame.length * fraction))));
    },
    read: () =>
      new Promise((resolve) => {
        if (closed) {
          resolve();
          return;
        }
        const over = () => {
          closing.delete(over);
          socket.off('pong', over);
          resolve();
        };
        closing.add(over);
        socket.on('pong', over);
        socket.ping();
      }),
    end: () => {
      socket.close(1_000);
    },
    cut: () => raw.destroy(),
  };
}

/** An unmasked text frame, as servers send them. */
export function textFrame(message: string): Buffer {
  const payload = Buffer.from(message);
  const head =
    payload.length < 126
      ? Buffer.from([0x81, payload.length])
      : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, payload]);
}
