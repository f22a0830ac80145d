import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { composeMail, messageIdOf } from '../../../../alerts/notifiers/compose-mail.js';
import { createOutbox } from '../../../../alerts/notifiers/outbox.js';
import { createMemoryStore, type MemoryStore } from '../../../../alerts/rehearsal/memory-store.js';
import { deliverAlerts, type DeliverDeps } from '../../../../alerts/stages/deliver.js';
import { alertEvent, firingAlert } from '../../../support/alerts.js';

let folder: string;
let store: MemoryStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outbox-'));
  store = createMemoryStore();
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

function deps(changes: Partial<DeliverDeps> = {}): DeliverDeps {
  return {
    store,
    history: store,
    outbox: createOutbox(folder),
    from: 'bellwether@example.org',
    to: ['risk@example.org', 'desk@example.org'],
    language: 'en',
    world: 'live',
    storyOf: () => Promise.resolve(null),
    now: () => Date.parse('2026-03-20T10:07:00.000Z'),
    alertUrl: (id) => `https://monitor.example/#/alerts/${id}`,
    ...changes,
  };
}

const fired = firingAlert();
const resolved = firingAlert({ state: 'resolved', resolvedAt: '2026-03-23T10:00:00.000Z' });

async function parsed(number: 1 | 2) {
  return simpleParser(await readFile(join(folder, `${fired.id}-${number}.eml`)));
}

describe('deliverAlerts', () => {
  it('writes one mail for an alert that fired, with the headers that a mail program needs', async () => {
    await store.appendEvents([alertEvent(fired, 1)]);
    const events = await deliverAlerts(deps());
    expect(events).toMatchObject([{ type: 'mailed', sequence: 2, messageId: messageIdOf(fired.id, 1) }]);
    expect(events[0]?.at).toBe('2026-03-20T10:07:00.000Z');
    expect(await deliverAlerts(deps())).toEqual([]);
    const mail = await parsed(1);
    expect(mail.subject).toBe('[HIGH] Harbour Bank: bad news 8.3 (usual 1.5), 14 docs');
    expect(mail.messageId).toBe(`<${fired.id}.1@bellwether.local>`);
    expect(mail.date?.toISOString()).toBe(fired.firedAt);
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.headers.get('x-alert-id')).toBe(fired.id);
    expect(mail.headers.get('x-alert-severity')).toBe('high');
    expect([mail.to].flat().map((to) => to?.text)).toEqual(['risk@example.org, desk@example.org']);
    expect(mail.text).toContain('监管部门对港湾银行立案调查。');
    expect(mail.html).toContain('https://wire.example/d1');
  });

  it('asks how the stories had spread when the alert fired, whenever the mail is written', async () => {
    await store.appendEvents([alertEvent(fired, 1)]);
    const asked: unknown[] = [];
    const storyOf: DeliverDeps['storyOf'] = (id, asOf) => {
      asked.push([id, new Date(asOf).toISOString()]);
      return Promise.resolve(null);
    };
    await deliverAlerts(deps({ storyOf }));
    expect(asked).toEqual(fired.documents.map(({ id }) => [id, fired.firedAt]));
  });

  it('threads the mail that says it has resolved', async () => {
    await store.appendEvents([alertEvent(fired, 1)]);
    await deliverAlerts(deps());
    await store.appendEvents([alertEvent(resolved, 3)]);
    await deliverAlerts(deps());
    expect(await store.openEvents()).toEqual([]);
    const mail = await parsed(2);
    expect(mail.subject).toBe('Re: [HIGH] Harbour Bank: bad news 8.3 (usual 1.5), 14 docs');
    expect(mail.inReplyTo).toBe(messageIdOf(fired.id, 1));
    expect(mail.references).toBe(messageIdOf(fired.id, 1));
    expect(mail.messageId).toBe(messageIdOf(fired.id, 2));
  });

  it('writes both mails when an alert resolved before it was told', async () => {
    await store.appendEvents([alertEvent(fired, 1), alertEvent(resolved, 2)]);
    expect(await deliverAlerts(deps())).toHaveLength(1);
    expect((await readdir(folder)).sort()).toEqual([`${fired.id}-1.eml`, `${fired.id}-2.eml`]);
    expect(await store.openEvents()).toEqual([]);
  });

  it('does not mail what is only pending', async () => {
    await store.appendEvents([alertEvent(firingAlert({ state: 'pending', firedAt: null }), 0)]);
    expect(await deliverAlerts(deps())).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('writes the very same mail again after a crash between writing and recording', async () => {
    await store.appendEvents([alertEvent(fired, 1)]);
    const crashing = { ...store, appendEvents: () => Promise.reject(new Error('killed')) };
    await expect(deliverAlerts(deps({ store: crashing }))).rejects.toThrow('killed');
    const before = await readFile(join(folder, `${fired.id}-1.eml`));
    await deliverAlerts(deps());
    expect(await readdir(folder)).toEqual([`${fired.id}-1.eml`]);
    expect((await readFile(join(folder, `${fired.id}-1.eml`))).equals(before)).toBe(true);
  });

  it('records nothing when the mail cannot be written, and says that a retry can help', async () => {
    await store.appendEvents([alertEvent(fired, 1)]);
    await writeFile(join(folder, 'file'), '');
    const outbox = createOutbox(join(folder, 'file', 'below'));
    await expect(deliverAlerts(deps({ outbox }))).rejects.toMatchObject({
      code: 'outbox_unwritable',
      retriable: true,
    });
    expect((await store.openEvents()).map((event) => event.type)).toEqual(['firing']);
  });

  it('cannot be talked into another header, receiver, file or address', async () => {
    const hostile = 'Bank\r\nBcc: a@b.example\r\n\r\n<script>';
    const series = { ...fired.series, name: hostile };
    await store.appendEvents([alertEvent(firingAlert({ series }), 1)]);
    await deliverAlerts(deps({ to: ['risk@example.org,thief@example.org'] }));
    const source = await readFile(join(folder, `${fired.id}-1.eml`), 'utf8');
    const mail = await simpleParser(source);
    expect(mail.headers.has('bcc')).toBe(false);
    expect(source.split('\r\n\r\n')[0]).not.toMatch(/^bcc/im);
    expect(mail.subject).toContain('Bank Bcc: a@b.example');
    expect([mail.to].flat().flatMap((to) => to?.value ?? []).length).toBeLessThanOrEqual(1);
  });
});

describe('outbox', () => {
  it('reads back what it wrote, in any script, and lists the newest first', async () => {
    const outbox = createOutbox(folder);
    const mail = {
      subject: `港湾银行 – ${'überlange Wörter und 汉字 '.repeat(4)}`.trim(),
      html: `<p>é 汉字 = ${'长'.repeat(300)}</p>\n<p>.</p>`,
      text: `=20 é 汉字\n.\nFrom here\n${'长'.repeat(300)}\n`,
    };
    const envelope = { from: 'a@example.org', to: ['b@example.org'], severity: 'high' };
    const older = { ...envelope, alertId: 'a'.repeat(32), number: 1, date: 1_000_000 } as const;
    const newer = { ...envelope, alertId: 'b'.repeat(32), number: 2, date: 9_000_000 } as const;
    await outbox.write(`${newer.alertId}-2`, await composeMail(mail, newer));
    await outbox.write(`${older.alertId}-1`, await composeMail(mail, older));
    await writeFile(join(folder, 'notes.txt'), 'no mail');
    await writeFile(join(folder, `${'c'.repeat(32)}-1.eml`), 'not a mail at all');
    expect(await outbox.list(10)).toEqual([
      {
        id: `${newer.alertId}-2`,
        subject: mail.subject,
        to: ['b@example.org'],
        date: '1970-01-01T02:30:00.000Z',
        alertId: newer.alertId,
      },
      expect.objectContaining({ id: `${older.alertId}-1` }),
    ]);
    const read = await outbox.read(`${newer.alertId}-2`);
    expect(read?.html.trimEnd()).toBe(mail.html);
    expect(read?.text.trimEnd()).toBe(mail.text.trimEnd());
  });

  it('knows no mail outside its folder and none before the first', async () => {
    const outbox = createOutbox(join(folder, 'missing'));
    expect(await outbox.list(5)).toEqual([]);
    for (const id of ['../../etc/passwd', `${'a'.repeat(32)}-1`, ''])
      expect(await outbox.read(id)).toBeNull();
    await expect(outbox.write('../x', Buffer.from(''))).rejects.toThrow(RangeError);
  });
});
