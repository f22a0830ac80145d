import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { sendProblem } from './problem.js';

/** The page runs its own script and style only, talks to its own origin only and shows mails of its own origin only. */
const PAGE_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** A mail is shown as an inert page: no script, no request, links open outside. */
export const MAIL_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-popups allow-popups-to-escape-sandbox',
].join('; ');

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Sets the headers on every answer and, on loopback, refuses foreign Host headers (DNS rebinding). */
export function secure(
  app: FastifyInstance,
  options: { readonly host: string; readonly allowedHosts?: readonly string[] },
): void {
  const names = new Set([...LOOPBACK_NAMES, options.host, ...(options.allowedHosts ?? [])]);
  const checkHost = isLoopback(options.host);
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    void reply.headers(SECURITY_HEADERS);
    if (!checkHost || names.has(hostName(request.headers.host ?? ''))) return;
    await sendProblem(
      reply,
      421,
      'This service listens on this machine only; open it as http://localhost or http://127.0.0.1 with its port.',
    );
  });
}

function hostName(header: string): string {
  return header.toLowerCase().replace(/:\d+$/, '');
}
