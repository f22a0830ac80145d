import { useApp } from '../app.js';
import { formatAge, formatClock, formatTime } from '../format.js';

/** The name, the world one is in, whether what one sees is alive, and the time. */
export function Header() {
  const { status, now, t } = useApp();
  const world = status.value?.world;
  return (
    <header class="top">
      <h1>
        <span class="logo" aria-hidden="true" />
        Bellwether
      </h1>
      {world === 'demo' && <strong class="world">{t('worldDemo')}</strong>}
      {world === 'replay' && <strong class="world replay">{t('worldReplay')}</strong>}
      <ConnectionState />
      <span class="clock">{formatTime(new Date(now.value).toISOString())} UTC</span>
      <Choices />
    </header>
  );
}

const DOTS = { live: '●', connecting: '○', reconnecting: '◌', stale: '✕' } as const;

function ConnectionState() {
  const { connection, status, now, language, t } = useApp();
  const { state, lastContactAt } = connection.value;
  const newest = status.value?.newestDocumentAt ?? null;
  const lag = status.value?.lagDocuments ?? 0;
  const unanswered = status.value?.unanswered?.waiting ?? 0;
  const since = lastContactAt === null ? '' : ` ${formatClock(new Date(lastContactAt).toISOString())} UTC`;
  return (
    <div class="connection">
      <span class={`state ${state}`} role="status" data-state={state}>
        <span aria-hidden="true">{DOTS[state]}</span> {t(state)}
        {state === 'stale' ? since : ''}
      </span>
      <span class="newest">
        {newest === null
          ? t('noDocumentYet')
          : `${t('newest')}: ${formatAge(Math.max(0, now.value - Date.parse(newest)), language.value)} ${t('ago')}`}
      </span>
      {lag > 0 && (
        <span class="lag">
          {lag} {t('lag')}
        </span>
      )}
      {unanswered > 0 && (
        <span class="lag" title={t('unansweredLong')}>
          {unanswered} {t('unanswered')}
        </span>
      )}
      <SourcesButton />
    </div>
  );
}

/** How many sources there are, or which are in trouble; opens the list. */
function SourcesButton() {
  const { status, navigate, t } = useApp();
  const sources = status.value?.sources ?? [];
  if (sources.length === 0) return null;
  const degraded = sources.filter((source) => source.state === 'degraded');
  const [first] = degraded;
  const trouble = degraded.length > 1 ? `${degraded.length} / ${sources.length}` : (first?.name ?? '');
  return (
    <button
      type="button"
      class={degraded.length > 0 ? 'sources-button degraded' : 'sources-button'}
      onClick={() => navigate({ sources: 'all' })}
    >
      {degraded.length === 0 ? `${t('sources')}: ${sources.length}` : `⚠ ${t('sourcesDegraded')}: ${trouble}`}
    </button>
  );
}

function Choices() {
  const { language, theme, t } = useApp();
  const other = language.value === 'en' ? 'zh' : 'en';
  return (
    <div class="choices">
      <label>
        <span class="unseen">{t('theme')}</span>
        <select
          value={theme.value}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            theme.value = chosen === 'light' || chosen === 'dark' ? chosen : 'auto';
          }}
        >
          <option value="auto">{t('themeAuto')}</option>
          <option value="light">{t('themeLight')}</option>
          <option value="dark">{t('themeDark')}</option>
        </select>
      </label>
      <button type="button" lang={other === 'zh' ? 'zh-Hans' : 'en'} onClick={() => (language.value = other)}>
        {other === 'zh' ? '中文' : 'English'}
      </button>
    </div>
  );
}
