import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';

import type { WireStatus } from '../../api/wire.js';
import type { Answers, App, Theme } from './app.js';
import { createFeed } from './feed.js';
import { createLabelDesk } from './label-desk.js';
import { connectLive, type Connection } from './live.js';
import { createLoader } from './loader.js';
import { createResource } from './resource.js';
import { STRINGS, type Language } from './strings.js';
import { formatView, parseView, type View } from './url-state.js';

/** Builds the page's state, binds it to the address and the live stream, and begins to load. */
export function createApp(): App {
  const answers = createAnswers();
  const { view, navigate } = bindAddress();
  const status = signal<WireStatus | null>(null);
  const connection = signal<Connection>({ state: 'connecting', lastContactAt: null });
  const now = createNow(status);
  const language = stored<Language>('language', navigator.language.startsWith('zh') ? 'zh' : 'en', [
    'en',
    'zh',
  ]);
  const theme = stored<Theme>('theme', 'auto', ['auto', 'light', 'dark']);
  const announced = signal<string | null>(null);
  const loader = createLoader({ answers, view, now });
  const feed = createFeed({ answers, view, refresh: loader.refresh });

  effect(() => {
    document.documentElement.lang = language.value === 'zh' ? 'zh-Hans' : 'en';
    document.documentElement.dataset['theme'] = theme.value;
  });
  effect(() => {
    const world = status.value?.world ?? 'live';
    document.title = world === 'live' ? 'Bellwether' : `${world.toUpperCase()} · Bellwether`;
  });
  const ready = computed(() => status.value !== null);
  effect(() => {
    if (ready.value) loader.follow();
  });
  connectLive({
    onConnection: (state) => (connection.value = state),
    onStatus: (newest) => (status.value = newest),
    onResume: () => loader.reload(),
    onDocuments: feed.take,
    onAlert: (alert) => {
      if (alert.state === 'firing') announced.value = alert.series.name;
      loader.reloadAlerts();
    },
    onMail: loader.reloadMails,
  });
  return {
    answers,
    view,
    navigate,
    status,
    connection,
    now,
    range: loader.range,
    rows: feed.rows,
    waiting: feed.waiting,
    reading: feed.reading,
    showMore: loader.showMore,
    reload: loader.reload,
    announced,
    desk: createLabelDesk(remembered('labeller')),
    language,
    theme,
    t: (key) => STRINGS[language.value][key],
    named: ({ name, nameZh }) => (language.value === 'zh' ? (nameZh ?? name) : name),
  };
}

function createAnswers(): Answers {
  return {
    overview: createResource(),
    series: createResource(),
    documents: createResource(),
    alerts: createResource(),
    mails: createResource(),
    document: createResource(),
    alert: createResource(),
    mail: createResource(),
  };
}

/** Opening and closing a detail makes a step that the browser's back button undoes, as does every other change. */
function bindAddress(): {
  readonly view: ReadonlySignal<View>;
  readonly navigate: (change: Partial<View>) => void;
} {
  const view = signal(parseView(location.search));
  addEventListener('popstate', () => (view.value = parseView(location.search)));
  return {
    view,
    navigate: (change) => {
      const next = { ...view.value, ...change };
      if (formatView(next) === formatView(view.value)) return;
      view.value = next;
      history.pushState(null, '', location.pathname + formatView(next));
    },
  };
}

/** Goes on by itself between two statuses, save in a replay, where time moves with the documents. */
function createNow(status: ReadonlySignal<WireStatus | null>): ReadonlySignal<number> {
  const now = signal(Date.now());
  let base = { service: Date.now(), local: performance.now(), moves: true };
  const tick = () => (now.value = base.service + (base.moves ? performance.now() - base.local : 0));
  effect(() => {
    if (status.value === null) return;
    base = {
      service: Date.parse(status.value.now),
      local: performance.now(),
      moves: status.value.world !== 'replay',
    };
    tick();
  });
  const again = () => {
    tick();
    setTimeout(again, 1_000);
  };
  setTimeout(again, 1_000);
  return now;
}

/** A choice that this browser remembers. */
function stored<T extends string>(name: string, fallback: T, allowed: readonly T[]): Signal<T> {
  const key = `bellwether.${name}`;
  const choice = signal(allowed.find((value) => value === localStorage.getItem(key)) ?? fallback);
  effect(() => localStorage.setItem(key, choice.value));
  return choice;
}

/** A text that this browser remembers. */
function remembered(name: string): Signal<string> {
  const key = `bellwether.${name}`;
  const text = signal(localStorage.getItem(key) ?? '');
  effect(() => localStorage.setItem(key, text.value));
  return text;
}
