import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import type { Random } from './random.js';

export interface ExpectedVersion {
  readonly action: 'add' | 'replace' | 'retract';
  readonly title: string;
  readonly publishedAt: string;
}

/** What the service must hold of one document: one text a version, in order; the last may be a retraction. */
export interface ExpectedDocument {
  readonly nativeId: string;
  readonly versions: readonly ExpectedVersion[];
}

export interface Driver {
  /** Sends until `stop`; resolves when what it had begun is acknowledged. */
  readonly done: Promise<void>;
  stop(): void;
  readonly expected: ReadonlyMap<string, ExpectedDocument>;
  /** Documents that were acknowledged, repeats included; and answers that never came. */
  readonly acknowledged: number;
  readonly unanswered: number;
  readonly repeated: number;
}

export interface DriverOptions {
  readonly url: () => string;
  readonly random: Random;
  /** Every acknowledged item goes here, on disk before it counts. */
  readonly historyFile: string;
  /** Documents of this name are negative and of now, so that an alert must fire. */
  readonly troubled: string;
}

const SOURCE = { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' };
const NAMES = ['Boeing', 'Apple', 'Tesla', '贵州茅台', '比亚迪'];
const CALM = ['opens an office', 'names a new director', '发布季度报告', '召开股东大会', 'ships on time'];
const BAD = [
  'shares plunge after a fraud probe',
  'cuts its outlook, bankruptcy feared',
  '股价暴跌，遭立案调查',
];
const HOUR_MS = 3_600_000;

/**
 * Sends documents one request after the other: new ones, corrections, retractions and about 30 % repeats of what was sent
 * before. A request without an answer is sent again until it has one, as a careful sender does.
 */
export function startDriver(options: DriverOptions): Driver {
  const { random, historyFile } = options;
  const history = openSync(historyFile, 'a');
  const expected = new Map<string, { nativeId: string; versions: ExpectedVersion[] }>();
  const sent: Record<string, unknown>[] = [];
  const figures = { acknowledged: 0, unanswered: 0, repeated: 0 };
  let stopped = false;
  let made = 0;

  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const next = (): Record<string, unknown> => {
    const choice = random();
    if (choice < 0.3 && sent.length > 0) {
      figures.repeated += 1;
      return pick(sent);
    }
    const changed = choice < 0.4 ? pick([...expected.values()]) : undefined;
    const open = changed !== undefined && changed.versions.at(-1)?.action !== 'retract' ? changed : undefined;
    made += 1;
    const troubled = random() < 0.3;
    const title = troubled
      ? `${options.troubled} ${pick(BAD)} (${made})`
      : `${pick(NAMES)} ${pick(CALM)} (${made})`;
    const action = open === undefined ? 'add' : random() < 0.2 ? 'retract' : 'replace';
    const nativeId = open?.nativeId ?? `note-${made}`;
    const age = troubled ? random() * HOUR_MS : random() * 72 * HOUR_MS;
    const publishedAt = new Date(Date.now() - age).toISOString();
    const document = { source: SOURCE, nativeId, action, title, publishedAt };
    const before = expected.get(nativeId) ?? { nativeId, versions: [] };
    before.versions.push({ action, title, publishedAt });
    expected.set(nativeId, before);
    sent.push(document);
    return document;
  };
  const run = async () => {
    while (!stopped) {
      const batch = Array.from({ length: 1 + Math.floor(random() * 20) }, next);
      const body = batch.map((document) => JSON.stringify(document)).join('\n');
      while (!(await post(options.url(), body))) {
        figures.unanswered += 1;
        await pause(20);
      }
      figures.acknowledged += batch.length;
      writeSync(history, `${body}\n`);
      fsyncSync(history);
    }
    closeSync(history);
  };
  const done = run();
  return {
    done,
    expected,
    stop: () => {
      stopped = true;
    },
    get acknowledged() {
      return figures.acknowledged;
    },
    get unanswered() {
      return figures.unanswered;
    },
    get repeated() {
      return figures.repeated;
    },
  };
}

/** Whether it was taken; false when nobody answered or the service has no room now. */
async function post(url: string, body: string): Promise<boolean> {
  let response: Response;
  try {
    response = await fetch(`${url}/ingest/v1/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body,
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (response.status === 200) return true;
    if (response.status >= 500) return false;
    throw new RangeError(`The edge refuses what is right: ${response.status} ${text}`);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return false;
  }
}
