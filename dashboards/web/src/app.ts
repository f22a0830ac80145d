import type { ReadonlySignal, Signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type {
  AlertAnswer,
  AlertsAnswer,
  DocumentAnswer,
  DocumentsAnswer,
  MailAnswer,
  MailsAnswer,
  OverviewAnswer,
  SeriesAnswer,
  WireStatus,
} from '../../api/wire.js';
import type { DocumentRow } from './document-row.js';
import type { LabelDeskState } from './label-desk.js';
import type { Connection } from './live.js';
import type { TimeRange } from './periods.js';
import type { Resource } from './resource.js';
import type { Language, StringKey } from './strings.js';
import type { View } from './url-state.js';

/** What the page has asked the service for. */
export interface Answers {
  readonly overview: Resource<OverviewAnswer>;
  readonly series: Resource<SeriesAnswer>;
  readonly documents: Resource<DocumentsAnswer>;
  readonly alerts: Resource<AlertsAnswer>;
  readonly mails: Resource<MailsAnswer>;
  readonly document: Resource<DocumentAnswer>;
  readonly alert: Resource<AlertAnswer>;
  readonly mail: Resource<MailAnswer>;
}

export type Theme = 'auto' | 'light' | 'dark';

/** All that the page shows and does; built once, in `main.tsx`. */
export interface App {
  readonly answers: Answers;
  readonly view: ReadonlySignal<View>;
  readonly navigate: (change: Partial<View>) => void;
  readonly status: ReadonlySignal<WireStatus | null>;
  readonly connection: ReadonlySignal<Connection>;
  /** The present in milliseconds by the service's clock, virtual in a replay; moves once a second. */
  readonly now: ReadonlySignal<number>;
  /** What the chart shows; null before the first answer. */
  readonly range: ReadonlySignal<TimeRange | null>;
  readonly rows: ReadonlySignal<readonly DocumentRow[]>;
  /** New documents that wait while somebody reads the list. */
  readonly waiting: ReadonlySignal<number>;
  readonly reading: Signal<boolean>;
  readonly showMore: () => void;
  readonly reload: () => void;
  /** Name of the series of the newest alert that fired while the page was open. */
  readonly announced: ReadonlySignal<string | null>;
  /** What people say about texts: labels, and verdicts on alerts. */
  readonly desk: LabelDeskState;
  readonly language: Signal<Language>;
  readonly theme: Signal<Theme>;
  /** A string of the page in the chosen language. */
  readonly t: (key: StringKey) => string;
  /** The name of a thing in the chosen language, where it has one. */
  readonly named: (thing: { readonly name: string; readonly nameZh: string | null }) => string;
}

const AppContext = createContext<App | null>(null);
export const AppProvider = AppContext.Provider;

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('The page was built without its application.');
  return app;
}
