import { useSignal } from '@preact/signals';

import { TOPIC_IDS, TOPICS } from '../../../../pipeline/core/taxonomy.js';
import { useApp } from '../app.js';
import { formatTime } from '../format.js';
import { formatView, PERIODS } from '../url-state.js';

/** What time and topic the whole page is about. */
export function Toolbar() {
  const { view, navigate, t, language } = useApp();
  return (
    <nav class="toolbar" aria-label={t('period')}>
      <div class="periods" role="group" aria-label={t('period')}>
        {PERIODS.map((period) => (
          <button
            key={period}
            type="button"
            aria-pressed={view.value.period === period}
            onClick={() => navigate({ period, window: null })}
          >
            {period === 'all' ? t('allTime') : period}
          </button>
        ))}
      </div>
      <label>
        <span class="unseen">{t('topic')}</span>
        <select
          value={view.value.topic ?? ''}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            navigate({ topic: TOPIC_IDS.find((topic) => topic === chosen) ?? null });
          }}
        >
          <option value="">{t('allTopics')}</option>
          {TOPIC_IDS.map((topic) => (
            <option key={topic} value={topic}>
              {TOPICS[topic][language.value]}
            </option>
          ))}
        </select>
      </label>
      <Permalink />
      <button type="button" onClick={() => navigate({ label: 'texts' })}>
        {t('labelTexts')}
      </button>
    </nav>
  );
}

/** A link to what one sees now: without its time a colleague would see something else tomorrow. */
function Permalink() {
  const { view, navigate, now, t } = useApp();
  const copied = useSignal(false);
  const { until } = view.value;
  const copy = async () => {
    const frozen = { ...view.value, until: until ?? new Date(now.value).toISOString() };
    await navigator.clipboard.writeText(location.origin + location.pathname + formatView(frozen));
    copied.value = true;
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        {t('copyLink')}
      </button>
      <span class="hint" role="status">
        {copied.value ? t('copied') : ''}
      </span>
      {until !== null && (
        <span class="frozen">
          {t('frozen')} {formatTime(until)} UTC
          <button type="button" onClick={() => navigate({ until: null, window: null })}>
            {t('returnToLive')}
          </button>
        </span>
      )}
    </>
  );
}
