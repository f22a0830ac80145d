import type { FastifyInstance } from 'fastify';

import { KEY_ID, limitSchema, objectSchema } from '../parameters.js';
import type { ServerDeps } from '../ports.js';
import { ProblemError } from '../problem.js';
import { MAIL_POLICY } from '../security.js';
import type { MailAnswer, MailsAnswer } from '../wire.js';

const querystring = objectSchema({ limit: limitSchema(50, 500) });
const params = objectSchema({ id: KEY_ID }, ['id']);

export function addMailRoutes(app: FastifyInstance, deps: ServerDeps): void {
  const read = async (id: string) => {
    const mail = await deps.mails.read(id);
    if (mail === null) throw new ProblemError(404, `There is no mail "${id}".`);
    return mail;
  };

  app.get<{ Querystring: { limit: number } }>(
    '/api/v1/mails',
    { schema: { querystring } },
    async (request): Promise<MailsAnswer> => ({
      data: await deps.mails.list(request.query.limit),
    }),
  );

  app.get<{ Params: { id: string } }>(
    '/api/v1/mails/:id',
    { schema: { params } },
    async (request): Promise<MailAnswer> => {
      const { id, subject, to, date, text, alertId } = await read(request.params.id);
      return {
        data: { id, subject, to, date, alertId, text, html: `/api/v1/mails/${encodeURIComponent(id)}/html` },
      };
    },
  );

  app.get<{ Params: { id: string } }>(
    '/api/v1/mails/:id/html',
    { schema: { params } },
    async (request, reply) => {
      const mail = await read(request.params.id);
      return reply
        .headers({
          'content-security-policy': MAIL_POLICY,
          'x-frame-options': 'SAMEORIGIN',
          'cache-control': 'no-store',
        })
        .type('text/html; charset=utf-8')
        .send(openLinksOutside(mail.html));
    },
  );
}

/** The mail stands in a frame: without this its links would open inside it. */
function openLinksOutside(html: string): string {
  const base = '<base target="_blank">';
  const head = /<head[^>]*>/i.exec(html);
  if (head === null) return base + html;
  const end = head.index + head[0].length;
  return html.slice(0, end) + base + html.slice(end);
}
