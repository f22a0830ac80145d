import { mailContent, type MailInput } from './mail-content.js';
import { mailHtml } from './mail-html.js';
import { mailText } from './mail-text.js';

export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** Renders a mail of an alert: subject under 70 characters, HTML under 100 kB, and a text part that says the same. Pure. */
export function renderMail(input: MailInput): RenderedMail {
  const content = mailContent(input);
  return { subject: content.subject, html: mailHtml(content), text: mailText(content) };
}
