import { failpoint } from '../../pipeline/core/failpoint.js';
import type { Alert, AlertEvent } from '../../pipeline/core/alert.js';
import type { World } from '../../pipeline/core/document.js';
import type { StoryFacts } from '../../pipeline/core/story.js';
import type { AlertStore, HistoryReader } from '../../pipeline/core/store.js';
import { composeMail, messageIdOf } from '../notifiers/compose-mail.js';
import type { Outbox } from '../notifiers/outbox.js';
import { sumHours } from '../rules/baseline.js';
import { windowStartAt } from '../rules/evaluate-negative-surge.js';
import type { DayBar, MailNumber } from '../templates/mail-content.js';
import type { MailLanguage } from '../templates/mail-words.js';
import { renderMail } from '../templates/render-mail.js';

const DAY_MS = 86_400_000;
const BAR_DAYS = 10;
/** Sequence of `resolved` when the mail of the firing was recorded before it: pending, firing, mailed, resolved. */
const RESOLVED_AFTER_MAIL = 3;

export interface DeliverDeps {
  readonly store: Pick<AlertStore, 'openEvents' | 'appendEvents'>;
  readonly history: Pick<HistoryReader, 'hours' | 'firstDocumentAt'>;
  readonly outbox: Pick<Outbox, 'write'>;
  readonly from: string;
  readonly to: readonly string[];
  readonly language: MailLanguage;
  readonly world: World;
  /** The wall clock; in a replay world a mail bears the time of what it tells. */
  readonly now: () => number;
  /** How the story of a document had spread by a time (milliseconds); null where nothing is known of it. */
  readonly storyOf: (documentId: string, asOf: number) => Promise<StoryFacts | null>;
  /** Where an alert can be opened, or null when there is no page. */
  readonly alertUrl: ((alertId: string) => string) | null;
}

/**
 * Writes the mails that are due: one for every alert that fired and one when it has resolved.
 *
 * A mail is due while the store holds no `mailed` event for it. The file comes first and the event second, so a crash
 * between them writes the same mail again under the same name and Message-ID: nothing is lost and nobody sees two.
 * Must not run at the same time as the engine, which appends to the same alerts. Resolves with the new events; rejects
 * with a retriable UnavailableError when a mail cannot be written, after which a repeat goes on where it stopped.
 */
export async function deliverAlerts(deps: DeliverDeps): Promise<readonly AlertEvent[]> {
  const delivered: AlertEvent[] = [];
  for (const event of await deps.store.openEvents()) {
    const numbers = dueMails(event);
    if (numbers.length === 0) continue;
    for (const number of numbers) await writeMail(deps, event.alert, number);
    const last = numbers.at(-1) ?? 1;
    const mailed: AlertEvent = {
      ...event,
      sequence: event.sequence + 1,
      type: 'mailed',
      at: deps.world === 'replay' ? event.at : new Date(deps.now()).toISOString(),
      messageId: messageIdOf(event.alertId, last),
    };
    await deps.store.appendEvents([mailed]);
    delivered.push(mailed);
  }
  return delivered;
}

function dueMails(event: AlertEvent): readonly MailNumber[] {
  switch (event.type) {
    case 'firing':
      return [1];
    case 'resolved':
      return event.sequence < RESOLVED_AFTER_MAIL ? [1, 2] : [2];
    case 'pending':
    case 'cleared':
    case 'mailed':
      return [];
  }
}

/** Writes the mail of an alert that fired, as the alert is now, in the place of the one that was written. */
export function rewriteMail(deps: Omit<DeliverDeps, 'store'>, alert: Alert): Promise<void> {
  return writeMail(deps, alert, 1);
}

async function writeMail(deps: Omit<DeliverDeps, 'store'>, alert: Alert, number: MailNumber): Promise<void> {
  const toldAt = (number === 1 ? alert.firedAt : alert.resolvedAt) ?? alert.evaluation.at;
  const rendered = renderMail({
    alert,
    number,
    world: deps.world,
    language: deps.language,
    days: await loadDays(deps.history, alert, number, Date.parse(toldAt)),
    stories: number === 1 ? await loadStories(deps, alert, Date.parse(toldAt)) : new Map(),
    alertUrl: deps.alertUrl?.(alert.id) ?? null,
  });
  const bytes = await composeMail(rendered, {
    from: deps.from,
    to: deps.to,
    alertId: alert.id,
    number,
    severity: alert.severity,
    date: Date.parse(toldAt),
  });
  await deps.outbox.write(`${alert.id}-${number}`, bytes);
  failpoint('after_mail_before_event');
}

/** As known when the alert fired: what came since is no part of why it did, and a repeat of the mail says the same. */
async function loadStories(
  { storyOf }: Pick<DeliverDeps, 'storyOf'>,
  alert: Alert,
  asOf: number,
): Promise<ReadonlyMap<string, StoryFacts>> {
  const stories = new Map<string, StoryFacts>();
  for (const { id } of alert.documents) {
    const facts = await storyOf(id, asOf);
    if (facts !== null) stories.set(id, facts);
  }
  return stories;
}

/**
 * Negative weight of the last days, each 24 hours, up to the time that is told. The last bar of the first mail is the
 * weight that fired it: a document that came since must not make the mail contradict itself, nor a repeat differ.
 */
async function loadDays(
  history: DeliverDeps['history'],
  alert: Alert,
  number: MailNumber,
  at: number,
): Promise<readonly DayBar[]> {
  const { key } = alert.series;
  const end = windowStartAt({ windowHours: 0 }, at);
  const hours = (await history.hours([key], end - BAR_DAYS * DAY_MS, at)).get(key) ?? [];
  const first = (await history.firstDocumentAt()) ?? end;
  return Array.from({ length: BAR_DAYS }, (_, index) => end - (BAR_DAYS - 1 - index) * DAY_MS)
    .filter((dayEnd) => dayEnd - DAY_MS >= first || dayEnd === end)
    .map((dayEnd) => ({
      end: Math.min(dayEnd, at),
      negativeWeight:
        number === 1 && dayEnd === end
          ? alert.evaluation.count
          : sumHours(hours, dayEnd - DAY_MS, dayEnd).negativeWeight,
    }));
}
