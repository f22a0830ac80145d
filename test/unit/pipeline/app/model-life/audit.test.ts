import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  appendAudit,
  holdAudit,
  readAudit,
  type AuditStep,
} from '../../../../../pipeline/app/model-life/audit.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-audit-'));
  path = join(folder, 'models', 'audit.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const step = (by: string): AuditStep => ({
  ...{ step: 'compared', by, account: 'desk', at: '2026-03-02T00:00:00Z', model: 'ab'.repeat(32) },
  details: {},
});
const who = async () => (await readAudit(path)).map(({ step: kind, by }) => `${kind} ${by}`);

describe('the record of approvals', () => {
  it('goes on behind a line that was written by halves, and says what was cut off', async () => {
    await appendAudit(path, step('ann'));
    await appendFile(path, '{"step":"appro');
    expect(await who()).toEqual(['compared ann']);
    await appendAudit(path, step('bo'));
    await appendAudit(path, step('cy'));
    expect(await who()).toEqual(['compared ann', 'mended bo', 'compared bo', 'compared cy']);
    expect((await readAudit(path))[1]?.details).toEqual({ cut: '{"step":"appro' });
  });

  it('refuses a whole line that was changed, also where half a line stands behind it', async () => {
    await appendAudit(path, step('ann'));
    await appendAudit(path, step('bo'));
    const text = await readFile(path, 'utf8');
    await writeFile(path, `${text.replace('ann', 'eve')}{"half`);
    await expect(appendAudit(path, step('cy'))).rejects.toThrow('changed by hand');
    await expect(readAudit(path)).rejects.toThrow('changed by hand');
  });

  it('is empty where there is none, and never where it cannot be read', async () => {
    expect(await readAudit(path)).toEqual([]);
    await mkdir(path, { recursive: true });
    await expect(readAudit(path)).rejects.toThrow('cannot be read');
    await expect(appendAudit(path, step('ann'))).rejects.toThrow('cannot be read');
  });

  it('is one chain when several commands write at once', async () => {
    await Promise.all(['ann', 'bo', 'cy', 'di'].map((by) => appendAudit(path, step(by))));
    expect((await who()).sort()).toEqual(['compared ann', 'compared bo', 'compared cy', 'compared di']);
  });

  it('is waited for while a command in another container holds it, whose process is not to be seen here', async () => {
    await appendAudit(path, step('ann'));
    const lock = join(folder, 'models', 'lock');
    await writeFile(lock, JSON.stringify({ place: 'elsewhere', pid: 2 ** 22 + 1, startTicks: 1 }));
    const order: string[] = [];
    const added = appendAudit(path, step('bo')).then(() => order.push('added'));
    const tries = new Set<string>();
    while (tries.size < 2 && order.length === 0)
      for (const name of await readdir(join(folder, 'models'))) if (name.endsWith('.new')) tries.add(name);
    order.push('let go');
    await rm(lock);
    await added;
    expect(order).toEqual(['let go', 'added']);
  });

  it('is not written by a command that stood still for so long that another one took over', async () => {
    const lock = join(folder, 'models', 'lock');
    const late = holdAudit(path, async (append) => {
      await rm(lock);
      await writeFile(lock, 'of another command');
      await append(step('ann'));
    });
    await expect(late).rejects.toMatchObject({ code: 'audit_in_use' });
    expect(await readAudit(path)).toEqual([]);
    expect(await readFile(lock, 'utf8')).toBe('of another command');
  });

  it('is held together with what is decided from it, and let go when that fails', async () => {
    const order: string[] = [];
    let other: Promise<unknown> = Promise.resolve();
    const failing = holdAudit(path, async (append) => {
      other = appendAudit(path, step('bo')).then(() => order.push('bo'));
      await append(step('ann'));
      order.push('ann');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await other;
    expect(order).toEqual(['ann', 'bo']);
    expect(await who()).toEqual(['compared ann', 'compared bo']);
  });
});
