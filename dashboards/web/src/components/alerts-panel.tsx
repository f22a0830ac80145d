import type { AlertState } from '../../../../pipeline/core/alert.js';
import type { WireAlert } from '../../../api/wire.js';
import { useApp } from '../app.js';
import { alertSentence } from '../alert-words.js';
import { Answer, Foreign, Time } from './parts.js';

const ORDER: Readonly<Record<AlertState, number>> = { firing: 0, pending: 1, resolved: 2 };

/** Open alerts first, then the newest. */
export function AlertsPanel() {
  const { answers, t } = useApp();
  return (
    <section class="panel alerts-panel" aria-label={t('alerts')}>
      <h2>{t('alerts')}</h2>
      <Answer
        loaded={answers.alerts.state.value}
        isEmpty={({ data }) => data.length === 0}
        empty={t('noAlerts')}
      >
        {({ data }) => (
          <ol class="rows">
            {[...data].sort(compareAlerts).map((alert) => (
              <AlertLine key={alert.id} alert={alert} />
            ))}
          </ol>
        )}
      </Answer>
    </section>
  );
}

function compareAlerts(a: WireAlert, b: WireAlert): number {
  return ORDER[a.state] - ORDER[b.state] || b.startedAt.localeCompare(a.startedAt);
}

function AlertLine({ alert }: { readonly alert: WireAlert }) {
  const { navigate, named, language } = useApp();
  return (
    <li data-id={alert.id} class={`row alert-row ${alert.state} ${alert.severity}`}>
      <button type="button" onClick={() => navigate({ alert: alert.id })}>
        <span class="row-text">
          <span class="row-title">
            <Foreign text={named(alert.series)} /> <AlertBadge alert={alert} />
          </span>
          <span class="row-words">{alertSentence(alert.evaluation, language.value)}</span>
          <small>
            <Time iso={alert.firedAt ?? alert.startedAt} />
          </small>
        </span>
      </button>
    </li>
  );
}

const SHAPES: Readonly<Record<AlertState, string>> = { firing: '▼', pending: '…', resolved: '✓' };

export function AlertBadge({ alert }: { readonly alert: WireAlert }) {
  const { t } = useApp();
  return (
    <span class={`badge ${alert.state} ${alert.severity}`}>
      <span aria-hidden="true">{SHAPES[alert.state]}</span> {t(alert.state)} · {t(alert.severity)}
    </span>
  );
}
