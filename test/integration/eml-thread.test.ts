import { resolve } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createParseThread, type ParseThread } from '../../ingest/parse-thread/parse-thread.js';

let thread: ParseThread | undefined;
afterEach(() => thread?.close());

const letter = (subject: string, body: string) =>
  new TextEncoder().encode(
    `Message-ID: <n1@letters.example>\r\nDate: Mon, 30 Mar 2026 08:00:00 +0800\r\nSubject: ${subject}\r\n\r\n${body}`,
  );

it('T8: a message that keeps the real parser busy is given up, and the next one is read', async () => {
  thread = createParseThread({
    entry: resolve('dist/ingest/parse-thread/parse-thread-main.js'),
    deadlineMs: 300,
  });
  const slow = letter('slow', '<a@b.example> http://a.example x\r\n'.repeat(99_000));
  const answers = await Promise.all([
    thread.readEml(letter('first', 'Profit is down.')),
    thread.readEml(slow),
    thread.readEml(letter('next', 'Profit is up.')),
    thread.readEml(new TextEncoder().encode('no message')),
  ]);
  expect(answers.map((answer) => (answer.ok ? answer.fields['title'] : answer.code))).toEqual([
    'first',
    'eml_deadline',
    'next',
    'bad_eml',
  ]);
  expect(slow.byteLength).toBe(0);
});
