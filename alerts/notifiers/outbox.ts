import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UnavailableError } from '../../pipeline/core/errors.js';
import { parseMail, type ParsedMail } from './parse-mail.js';

const MAIL_ID = /^[0-9a-f]{32}-[12]$/;

export interface MailSummary {
  readonly id: string;
  readonly subject: string;
  readonly to: readonly string[];
  /** ISO 8601 UTC. */
  readonly date: string;
  readonly alertId: string | null;
}

export interface StoredMail extends MailSummary {
  readonly html: string;
  readonly text: string;
}

/**
 * A folder of `.eml` files, one a mail.
 *
 * `write` is atomic and durable when it resolves, and a repeat replaces the file with the same mail, so a crash at any
 * moment leaves either no mail or one. It rejects with a retriable UnavailableError (`outbox_unwritable`).
 * `list` answers the newest mails first and leaves out what it cannot read; `read` answers null for an unknown id.
 */
export interface Outbox {
  write(id: string, bytes: Uint8Array): Promise<void>;
  list(limit: number): Promise<readonly MailSummary[]>;
  read(id: string): Promise<StoredMail | null>;
  /** What is not there is no error. */
  remove(id: string): Promise<void>;
}

/** Creates the outbox of a folder; the folder itself is made with the first mail. */
export function createOutbox(folder: string): Outbox {
  return {
    write: async (id, bytes) => {
      if (!MAIL_ID.test(id)) throw new RangeError(`"${id}" cannot be the name of a mail.`);
      try {
        await mkdir(folder, { recursive: true });
        await writeDurably(folder, `${id}.eml`, bytes);
      } catch (cause) {
        throw new UnavailableError('outbox_unwritable', `The mail could not be written to ${folder}.`, {
          cause,
          retriable: true,
        });
      }
    },
    list: async (limit) => {
      const mails: MailSummary[] = [];
      for (const id of await newestIds(folder, limit)) {
        const mail = await readMail(folder, id);
        if (mail === null) continue;
        const { subject, to, date, alertId } = mail;
        mails.push({ id, subject, to, date, alertId });
      }
      return mails.sort((a, b) => b.date.localeCompare(a.date) || a.id.localeCompare(b.id));
    },
    read: (id) => readMail(folder, id),
    remove: async (id) => {
      if (MAIL_ID.test(id)) await rm(join(folder, `${id}.eml`), { force: true });
    },
  };
}

async function writeDurably(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(folder, `.${name}.part`);
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(folder, name));
  // The name is safe only when the folder is.
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function newestIds(folder: string, limit: number): Promise<readonly string[]> {
  const names = await readdir(folder).catch(nothingWhenMissing);
  const ids = (names ?? []).map((name) => name.replace(/\.eml$/, '')).filter((id) => MAIL_ID.test(id));
  const written = await Promise.all(
    ids.map(async (id) => {
      const found = await stat(join(folder, `${id}.eml`)).catch(nothingWhenMissing);
      return { id, at: found?.mtimeMs ?? 0 };
    }),
  );
  return written
    .sort((a, b) => b.at - a.at || a.id.localeCompare(b.id))
    .slice(0, limit)
    .map(({ id }) => id);
}

async function readMail(folder: string, id: string): Promise<StoredMail | null> {
  if (!MAIL_ID.test(id)) return null;
  const bytes = await readFile(join(folder, `${id}.eml`)).catch(nothingWhenMissing);
  const mail: ParsedMail | null = bytes === null ? null : parseMail(bytes.toString('utf8'));
  return mail === null ? null : { id, ...mail };
}

function nothingWhenMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
