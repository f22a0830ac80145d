import type { Outbox } from '../../alerts/notifiers/outbox.js';
import type { LogPosition } from '../core/document.js';
import {
  blankDocument,
  blankEvidence,
  blankMessage,
  type ErasureTarget,
  type Suppressions,
} from '../core/erasure.js';
import { failpoint } from '../core/failpoint.js';
import { RAW_TOPIC, type LogMessage, type RedactableLog } from '../core/log.js';
import type { ScoredMessage } from '../core/scored.js';
import {
  decodeRawDocument,
  decodeScoredMessage,
  encodeRawDocument,
  encodeScoredMessage,
} from '../log/codec.js';
import type { ErasedRows, Erasure } from '../storage/erasure.js';
import type { Store } from '../storage/open-store.js';
import type { Alerting } from './alerting.js';

export interface EraseDeps {
  readonly store: Pick<Store, 'erasure'>;
  readonly log: RedactableLog;
  readonly suppressions: Suppressions;
  readonly outbox: Pick<Outbox, 'read'>;
  readonly alerting: () => Alerting | null;
  /** Resolves when everything that was accepted is stored. */
  readonly drained: () => Promise<void>;
  /** What pages may still be shown of the recent past is dropped. */
  readonly forgetRecent: () => void;
  readonly now: () => number;
}

export interface ErasedCounts extends ErasedRows {
  readonly deadLetters: number;
  readonly mails: number;
  /** Null: the log is Kafka, whose retention deletes them. */
  readonly logRecords: number | null;
  /** False: a server deletes the old bytes of its parts in its own time, usually within ten minutes. */
  readonly bytesGone: boolean;
}

const PAGE = 500;
const WINDOWS_A_PAGE = 4_000;

/**
 * Takes what the erasures name out of log, store, dead letters, alerts and mails.
 *
 * They must be begun, so that nothing new of them is stored. Each step may be repeated: after a kill everything is done
 * again, and what is gone already costs a look. Throws ConfigError `not_the_active_monitor` when the term of this process
 * ends meanwhile; whoever takes over finishes it.
 */
export async function eraseAll(erasures: readonly Erasure[], deps: EraseDeps): Promise<ErasedCounts> {
  const { store, suppressions, now } = deps;
  const targets = erasures.map(({ target }) => target);
  suppressions.add({ targets, ids: [] });
  await deps.drained();
  const rows = await store.erasure.count(targets);
  suppressions.add({ targets, ids: await store.erasure.collect(erasures) });
  failpoint('after_erasure_begun');
  const letters = await findLetters(deps, targets);
  const logRecords = await redactLog(deps, letters);
  await store.erasure.removeLetters(letters);
  await store.erasure.removeDocuments(erasures);
  failpoint('after_rows_removed');
  await recompute(deps);
  const mails = await redactAlerts(erasures, deps);
  const bytesGone = await store.erasure.purge();
  deps.forgetRecent();
  const counts = { ...rows, deadLetters: letters.length, mails, logRecords, bytesGone };
  await store.erasure.end(erasures, counts, now());
  return counts;
}

interface LetterDeps {
  readonly store: { readonly erasure: Pick<Store['erasure'], 'letters' | 'isErased'> };
  readonly suppressions: Pick<Suppressions, 'covers'>;
}

/** Dead letters of the targets: by what can be read of them, else by the pseudonym in their bytes. */
export async function findLetters(
  { store, suppressions }: LetterDeps,
  targets: readonly ErasureTarget[],
): Promise<readonly LogPosition[]> {
  const found: LogPosition[] = [];
  for (let after: LogPosition | null = null; ;) {
    const page = await store.erasure.letters(after, PAGE);
    for (const { raw, originalBase64, sourceId } of page) {
      const bytes = Buffer.from(originalBase64, 'base64');
      if (speaksOf(bytes, sourceId, targets) || (await isErasedDocument(bytes, store, suppressions)))
        found.push(raw);
    }
    const last = page.at(-1);
    if (last === undefined) return found;
    after = last.raw;
  }
}

function speaksOf(bytes: Buffer, sourceId: string | null, targets: readonly ErasureTarget[]): boolean {
  return targets.some((target) =>
    target.kind === 'source'
      ? sourceId === target.source
      : (sourceId === null || sourceId === target.source) && bytes.includes(target.pseudonym),
  );
}

async function isErasedDocument(
  bytes: Buffer,
  store: LetterDeps['store'],
  suppressions: LetterDeps['suppressions'],
): Promise<boolean> {
  const document = readOrNull(() => decodeRawDocument(bytes));
  if (document === null) return false;
  return suppressions.covers(document) || (await store.erasure.isErased([document.id])).has(document.id);
}

/** Puts a blank in the place of every record of an erased document, and of every dead letter that goes. */
function redactLog(
  { log, suppressions }: Pick<EraseDeps, 'log' | 'suppressions'>,
  letters: readonly LogPosition[],
): Promise<number | null> {
  const places = new Set(letters.map(placeOf));
  return log.redact((topic, message) =>
    topic === RAW_TOPIC
      ? redactedRaw(message, suppressions, places)
      : redactedScored(message.value, suppressions, places),
  );
}

function redactedRaw(
  message: LogMessage,
  suppressions: Suppressions,
  places: ReadonlySet<string>,
): Uint8Array | null {
  const document = readOrNull(() => decodeRawDocument(message.value));
  if (document?.erased === true) return null;
  if (document !== null && suppressions.covers(document)) return encodeRawDocument(blankDocument(document));
  if (!places.has(placeOf(message))) return null;
  return encodeRawDocument(document === null ? blankMessage(placeOf(message)) : blankDocument(document));
}

function redactedScored(
  value: Uint8Array,
  suppressions: Suppressions,
  places: ReadonlySet<string>,
): Uint8Array | null {
  const message = readOrNull(() => decodeScoredMessage(value));
  if (message === null || !mustGo(message, suppressions, places)) return null;
  const id = message.kind === 'scored' ? message.scored.document.id : '';
  return encodeScoredMessage({ kind: 'drop', raw: message.raw, id, reason: 'erased' });
}

function mustGo(message: ScoredMessage, suppressions: Suppressions, places: ReadonlySet<string>): boolean {
  switch (message.kind) {
    case 'scored':
      return suppressions.covers(message.scored.document);
    case 'dead-letter':
      return places.has(placeOf(message.raw));
    case 'drop':
      return false;
  }
}

async function recompute({ store, alerting }: Pick<EraseDeps, 'store' | 'alerting'>): Promise<void> {
  for (let offset = 0; ; offset += WINDOWS_A_PAGE) {
    const windows = await store.erasure.windows(offset, WINDOWS_A_PAGE);
    if (windows.length === 0) return;
    await store.erasure.recompute(windows);
    alerting()?.history.touch(windows);
  }
}

/** The alert and its arithmetic stay, as they were decided; what it quoted is blanked, in the events and in the mail. Answers how many mails. */
async function redactAlerts(
  erasures: readonly Erasure[],
  { store, alerting, outbox }: Pick<EraseDeps, 'store' | 'alerting' | 'outbox'>,
): Promise<number> {
  const active = alerting();
  const work = async () => {
    const quoted = await store.erasure.quotedIds(erasures);
    const events = (await store.erasure.quotations(erasures)).map((event) => ({
      ...event,
      alert: {
        ...event.alert,
        documents: event.alert.documents.map((item) => (quoted.has(item.id) ? blankEvidence(item) : item)),
      },
    }));
    // The mails first: as long as the events quote somebody, a repeat finds them.
    const alerts = new Map(events.map(({ alert }) => [alert.id, alert]));
    let mails = 0;
    for (const alert of alerts.values()) {
      if ((await outbox.read(`${alert.id}-1`)) === null) continue;
      if ((await active?.rewriteMail(alert)) === true) mails += 1;
    }
    await store.erasure.replaceEvents(events);
    return mails;
  };
  return active === null ? work() : active.exclusively(work);
}

function readOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    // Whatever it is, it is none of our messages; its place and its bytes decide.
    return null;
  }
}

function placeOf({ partition, offset }: LogPosition): string {
  return `${partition}:${offset}`;
}
