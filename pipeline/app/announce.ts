import type { Outbox } from '../../alerts/notifiers/outbox.js';
import { toLiveDocument, type LiveHub } from '../../dashboards/api/live-hub.js';
import type { AlertEvent } from '../core/alert.js';
import type { DocumentVersion } from '../core/store.js';

/** Documents of one progress that are announced to open pages; a busy stream is summarised, not scrolled. */
const ANNOUNCED_DOCUMENTS = 25;

export function announceDocuments(hub: LiveHub, versions: readonly DocumentVersion[]): void {
  // What is loaded later as history is no news.
  const news = versions.filter(({ scored }) => scored.document.backfill !== true);
  const documents = news.slice(-ANNOUNCED_DOCUMENTS).map(toLiveDocument);
  if (documents.length > 0) hub.publish({ type: 'documents', documents });
}

/** Alerts at once; a mail as soon as the outbox can be read. */
export function announceAlerts(hub: LiveHub, outbox: Outbox, events: readonly AlertEvent[]): void {
  for (const event of events) {
    hub.publish({ type: 'alert', alert: event.alert });
    if (event.type === 'mailed') announceNewestMail(hub, outbox).catch(() => undefined);
  }
}

async function announceNewestMail(hub: LiveHub, outbox: Outbox): Promise<void> {
  const [mail] = await outbox.list(1);
  if (mail !== undefined) hub.publish({ type: 'mail', mail });
}
