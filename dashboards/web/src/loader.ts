import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';

import { FREQUENCY_MS } from '../../../pipeline/core/series.js';
import type { DocumentsAnswer } from '../../api/wire.js';
import type { Answers } from './app.js';
import { rangeOf, type TimeRange } from './periods.js';
import { createResource } from './resource.js';
import type { View } from './url-state.js';

const PAGE_ROWS = 50;
export const MAX_ROWS = 200;
/** After new documents the figures are asked for again at most this often. */
const REFRESH_MS = 1_000;

export interface Loader {
  readonly range: ReadonlySignal<TimeRange | null>;
  /** Loads now and whenever the view changes. */
  readonly follow: () => void;
  readonly reload: () => void;
  /** Figures and documents, soon: calls within a second are one. `documents` false leaves the list as it is. */
  readonly refresh: (documents: boolean) => void;
  readonly reloadAlerts: () => void;
  readonly reloadMails: () => void;
  readonly showMore: () => void;
}

interface LoaderDeps {
  readonly answers: Answers;
  readonly view: ReadonlySignal<View>;
  readonly now: ReadonlySignal<number>;
}

const iso = (time: number) => new Date(time).toISOString();

export function createLoader(deps: LoaderDeps): Loader {
  const { answers, view } = deps;
  const range = signal<TimeRange | null>(null);
  let following = false;

  const reloadAlerts = () => void answers.alerts.load('/api/v1/alerts', { limit: 200 });
  const reloadMails = () => void answers.mails.load('/api/v1/mails', { limit: 100 });
  const loadFigures = async () => {
    const end = view.peek().until === null ? deps.now.peek() : Date.parse(view.peek().until ?? '');
    range.value = await readRange(deps, end);
    const { from, to, frequency } = range.value;
    const { series, topic } = view.peek();
    const period = { from: iso(from), to: iso(Math.min(to, end + 1)) };
    void answers.overview.load('/api/v1/overview', { ...period, limit: 300 });
    void answers.series.load('/api/v1/series', { series, topic, frequency, from: iso(from), to: iso(to) });
  };
  const loadDocuments = async (limit: number) => {
    const current = range.peek();
    if (current === null) return;
    await answers.documents.load('/api/v1/documents', documentParameters(view.peek(), current, limit));
  };
  const loadAll = async () => {
    await loadFigures();
    await loadDocuments(PAGE_ROWS);
  };
  const refresh = createThrottle(async (documents: boolean) => {
    if (view.peek().until !== null) return;
    await loadFigures();
    const shown = answers.documents.state.peek().data?.data.length ?? 0;
    if (documents) await loadDocuments(Math.min(MAX_ROWS, Math.max(PAGE_ROWS, shown)));
  });
  const reload = () => {
    if (!following) return;
    void loadAll();
    reloadAlerts();
    reloadMails();
  };

  return {
    range,
    reload,
    refresh,
    reloadAlerts,
    reloadMails,
    follow() {
      following = true;
      followView(deps, loadAll);
      reloadAlerts();
      reloadMails();
    },
    showMore: () => void showMore(deps, range.peek()),
  };
}

/** `all` needs to know when the first document was; the overview tells. */
async function readRange({ answers, view }: LoaderDeps, end: number): Promise<TimeRange> {
  const { period } = view.peek();
  let extent = answers.overview.state.peek().data?.extent ?? null;
  if (period === 'all' && extent === null) {
    extent = (await answers.overview.load('/api/v1/overview', { limit: 1 }))?.extent ?? null;
  }
  return rangeOf(period, end, extent === null ? null : Date.parse(extent.from));
}

function documentParameters(view: View, range: TimeRange, limit: number) {
  const from = view.window === null ? range.from : Date.parse(view.window);
  const to = view.window === null ? range.to : from + FREQUENCY_MS[range.frequency];
  const { series, topic, order } = view;
  return { series, topic, order, from: iso(from), to: iso(to), limit };
}

/** The next page is asked for aside, so that the list stays as it is until it has come. */
async function showMore({ answers, view }: LoaderDeps, range: TimeRange | null): Promise<void> {
  const cursor = answers.documents.state.peek().data?.nextCursor ?? null;
  if (cursor === null || range === null) return;
  const next = createResource<DocumentsAnswer>();
  const parameters = documentParameters(view.peek(), range, PAGE_ROWS);
  const page = await next.load('/api/v1/documents', { ...parameters, cursor });
  if (page === null) return;
  answers.documents.update((shown) => ({ ...page, data: [...shown.data, ...page.data] }));
}

/** Loads again what each part of the view asks for, and only that. */
function followView({ answers, view }: LoaderDeps, loadAll: () => Promise<void>): void {
  const key = computed(() => {
    const { series, period, topic, until, window, order } = view.value;
    return JSON.stringify([series, period, topic, until, window, order]);
  });
  effect(() => {
    if (key.value !== '') void loadAll();
  });
  const followOne = (pick: (view: View) => string | null, load: (id: string) => void, clear: () => void) => {
    const id = computed(() => pick(view.value));
    effect(() => {
      clear();
      if (id.value !== null) load(encodeURIComponent(id.value));
    });
  };
  const { document, alert, mail } = answers;
  followOne(
    (current) => current.document,
    (id) => {
      const { series } = view.peek();
      const instrument = series.startsWith('instrument:') ? series : null;
      void document.load(`/api/v1/documents/${id}`, { series: instrument });
    },
    () => document.clear(),
  );
  followOne(
    (current) => current.alert,
    (id) => void alert.load(`/api/v1/alerts/${id}`),
    () => alert.clear(),
  );
  followOne(
    (current) => current.mail,
    (id) => void mail.load(`/api/v1/mails/${id}`),
    () => mail.clear(),
  );
}

/** Runs at once, then at most once in REFRESH_MS and never twice at a time; true wins over false. */
function createThrottle(work: (flag: boolean) => Promise<void>): (flag: boolean) => void {
  let wanted: boolean | null = null;
  let busy = false;
  const run = async () => {
    busy = true;
    while (wanted !== null) {
      const flag = wanted;
      wanted = null;
      await work(flag);
      await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
    }
    busy = false;
  };
  return (flag) => {
    wanted = flag || wanted === true;
    if (!busy) void run();
  };
}
