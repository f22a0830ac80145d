import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { TimeoutError, UnavailableError } from '../../pipeline/core/errors.js';

export interface Sending {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  readonly lookup: LookupFunction;
  readonly signal: AbortSignal;
  readonly headerTimeoutMs: number;
}

/**
 * Sends one request, without following anything, and returns when the headers of the answer are there. Rejects whenever the connection
 * ends without an answer, also with an answer that speaks another protocol from there on (101).
 */
export function sendRequest(target: URL, sending: Sending): Promise<IncomingMessage> {
  const { method, headers, body, lookup, signal, headerTimeoutMs } = sending;
  return new Promise((resolve, reject) => {
    const request = (target.protocol === 'https:' ? httpsRequest : httpRequest)(target, {
      method,
      // No shared agent: a kept connection could lead to an address that was never checked.
      agent: false,
      lookup,
      signal,
      maxHeaderSize: 32_768,
      headers: { ...headers, 'accept-encoding': 'gzip, deflate, br', connection: 'close' },
    });
    const timer = setTimeout(() => {
      const detail = `${target.host} did not answer within ${headerTimeoutMs / 1_000} s. Check the address, the network and what stands between (proxy, firewall).`;
      request.destroy(new TimeoutError('timeout', detail, { retriable: true }));
    }, headerTimeoutMs);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.once('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    // Without a listener node closes such a connection without a word.
    request.once('upgrade', (_, socket) => {
      reject(unanswered(`${target.host} changed to another protocol, which was not asked for.`));
      socket.destroy();
    });
    // Whatever came before it, this comes last; after an answer or an error it says nothing new.
    request.once('close', () => {
      clearTimeout(timer);
      reject(unanswered(`${target.host} ended the connection without an answer.`));
    });
    request.end(body ?? undefined);
  });
}

function unanswered(message: string): UnavailableError {
  return new UnavailableError('unreachable', message, { retriable: true });
}
