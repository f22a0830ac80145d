import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { systemClock } from '../../pipeline/core/clock.js';
import type { StoredVersion } from '../../pipeline/core/store.js';
import { contentHash, documentId } from '../../ingest/parse/identity.js';
import type { StorePlace } from '../../pipeline/storage/open-sessions.js';
import { openStore } from '../../pipeline/storage/open-store.js';
import type { ExpectedDocument } from './driver.js';

/** What is wrong, in words; empty when every invariant holds. */
export type Violations = readonly string[];

export interface CheckOptions {
  readonly place: StorePlace;
  readonly outbox: string;
  readonly expected: ReadonlyMap<string, ExpectedDocument>;
  readonly acknowledged: number;
}

const SOURCE = 'made-up-wire';
const SHOWN = 5;
const IDS_AT_ONCE = 500;

/**
 * Compares what was acknowledged with what is stored, rolled up, decided and mailed. The service must be stopped.
 *
 * I1 every acknowledged version is there with its content, in order. I2 nothing is there twice. I3 roll-ups equal a recomputation. I4 every alert that
 * fired was mailed. I5 all mails of one alert and number are one file with one Message-ID.
 */
export async function check({ place, outbox, expected, acknowledged }: CheckOptions): Promise<Violations> {
  const store = await openStore({ ...place, world: 'live', clock: systemClock });
  const violations: string[] = [];
  try {
    const stored = await loadVersions((ids) => store.findVersions(ids), [...expected.keys()]);
    let versions = 0;
    for (const document of expected.values()) {
      versions += document.versions.length;
      const found = stored.get(documentId(SOURCE, document.nativeId)) ?? [];
      violations.push(...compareVersions(document, found));
    }
    const counts = await store.counts();
    if (counts.stored !== versions)
      violations.push(`I2 ${counts.stored} versions are stored, ${versions} were acknowledged`);
    if (counts.storedReceipts !== versions)
      violations.push(`I2 ${counts.storedReceipts} receipts say stored, ${versions} were acknowledged`);
    if (counts.stored + counts.duplicates < acknowledged)
      violations.push(
        `I1 ${acknowledged} were acknowledged, ${counts.stored} are stored and ${counts.duplicates} were repeats`,
      );
    if (counts.deadLettered !== 0) violations.push(`I1 ${counts.deadLettered} dead letters, none was sent`);
    if (counts.rollUpDifferences !== 0)
      violations.push(`I3 ${counts.rollUpDifferences} roll-up rows differ from a recomputation`);
    violations.push(...(await checkMails(store, outbox)));
  } finally {
    await store.close();
  }
  return violations.length <= SHOWN
    ? violations
    : [...violations.slice(0, SHOWN), `… and ${violations.length - SHOWN} more`];
}

/** What is wrong with the stored versions of a document: each content once, in the order in which it was acknowledged. */
export function compareVersions(
  { nativeId, versions }: ExpectedDocument,
  found: readonly StoredVersion[],
): Violations {
  const violations: string[] = [];
  const wanted = versions.map((content) =>
    contentHash({ ...content, text: '', tickers: [], modifiedAt: null }),
  );
  // By number, 0 for a content that is none of them.
  const stored = found.map((version) => wanted.indexOf(version.contentHash) + 1).join();
  if (stored !== wanted.map((_, index) => index + 1).join())
    violations.push(
      `I1 ${nativeId}: acknowledged ${versions.map(({ action }) => action).join()}, stored ${stored === '' ? 'none' : `number ${stored}`}`,
    );
  if (found.some(({ version }, index) => version !== index + 1))
    violations.push(`I2 ${nativeId}: versions are not 1, 2, 3 …`);
  return violations;
}

async function loadVersions(
  find: (ids: readonly string[]) => Promise<readonly StoredVersion[]>,
  nativeIds: readonly string[],
): Promise<ReadonlyMap<string, readonly StoredVersion[]>> {
  const byId = new Map<string, StoredVersion[]>();
  for (let start = 0; start < nativeIds.length; start += IDS_AT_ONCE) {
    const ids = nativeIds.slice(start, start + IDS_AT_ONCE).map((nativeId) => documentId(SOURCE, nativeId));
    for (const version of await find(ids)) byId.set(version.id, [...(byId.get(version.id) ?? []), version]);
  }
  return byId;
}

async function checkMails(
  store: Awaited<ReturnType<typeof openStore>>,
  outbox: string,
): Promise<readonly string[]> {
  const violations: string[] = [];
  const day = 86_400_000;
  const alerts = await store.alerts({
    from: Date.now() - 7 * day,
    to: Date.now() + day,
    series: null,
    limit: 1_000,
  });
  const files: readonly string[] = await readdir(outbox).catch(() => []);
  const messageIds = new Map<string, string>();
  for (const file of files.filter((name) => name.endsWith('.eml'))) {
    const text = await readFile(join(outbox, file), 'utf8');
    const messageId = /^Message-ID:\s*(\S+)/im.exec(text)?.[1] ?? '';
    const twin = messageIds.get(messageId);
    if (twin !== undefined) violations.push(`I5 ${file} and ${twin} carry the same Message-ID`);
    messageIds.set(messageId, file);
  }
  // Without one the checks below could not fail.
  if (!alerts.some(({ firedAt }) => firedAt !== null))
    violations.push('I4 no alert has fired, although a company was in trouble');
  for (const { id, firedAt } of alerts) {
    if (firedAt === null) continue;
    if (!files.includes(`${id}-1.eml`)) violations.push(`I4 alert ${id} fired and was not mailed`);
    const events = (await store.alert(id))?.events ?? [];
    const fired = events.filter(({ type }) => type === 'firing').length;
    if (fired !== 1) violations.push(`I4 alert ${id} fired ${fired} times`);
  }
  return violations;
}
