import { createTransport } from 'nodemailer';
import { plainLine } from '../templates/html.js';
import type { MailNumber } from '../templates/mail-content.js';
import type { RenderedMail } from '../templates/render-mail.js';

const MAIL_DOMAIN = 'bellwether.local';

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
  readonly alertId: string;
  readonly number: MailNumber;
  readonly severity: string;
  /** Event time of what is told, milliseconds: a repeat of the mail carries the same date. */
  readonly date: number;
}

/** The Message-ID of a mail; equal for every repeat, so that receivers see one mail. */
export function messageIdOf(alertId: string, number: MailNumber): string {
  return `<${alertId}.${number}@${MAIL_DOMAIN}>`;
}

/**
 * Composes the bytes of a mail (RFC 5322, CRLF). Equal input gives equal bytes.
 *
 * The second mail of an alert answers the first, so that both stand in one thread. Nothing is read from files or
 * addresses, whatever the content says.
 */
export async function composeMail(mail: RenderedMail, envelope: Envelope): Promise<Buffer> {
  const { alertId, number } = envelope;
  const composer = createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const first = messageIdOf(alertId, 1);
  const { message } = await composer.sendMail({
    // Addresses as objects: a comma in one of them cannot add a receiver.
    from: { name: 'Bellwether', address: envelope.from },
    to: envelope.to.map((address) => ({ name: '', address })),
    subject: plainLine(mail.subject, 200),
    date: new Date(envelope.date),
    messageId: messageIdOf(alertId, number),
    ...(number === 1 ? {} : { inReplyTo: first, references: [first] }),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Alert-Id': alertId,
      'X-Alert-Severity': envelope.severity,
    },
    list: { id: { url: `alerts.${MAIL_DOMAIN}`, comment: 'Bellwether alerts' } },
    text: mail.text,
    html: mail.html,
    textEncoding: 'base64',
    ...{ baseBoundary: `${alertId}.${number}` },
  });
  return Buffer.isBuffer(message) ? message : await collect(message);
}

async function collect(stream: AsyncIterable<string | Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
