import { useSignal } from '@preact/signals';

import type { SeriesAnswer, SeriesRow, WireAlert } from '../../../api/wire.js';
import { useApp } from '../app.js';
import { formatCount, formatShare, formatSigned, formatWindow } from '../format.js';
import { Chart } from './chart.js';
import { Answer, Foreign, Polarity } from './parts.js';

/** The chosen series over time, as a chart or as the table behind it. */
export function ChartPanel() {
  const { answers, t, named, view, theme, language } = useApp();
  const asTable = useSignal(false);
  return (
    <section class="panel chart-panel" aria-label={t('chart')}>
      <Answer
        loaded={answers.series.state.value}
        isEmpty={(answer) => answer.data.length === 0}
        empty={t('chartEmpty')}
      >
        {(answer) => {
          const info = answer.series[0];
          const name = info === undefined ? view.value.series : named(info);
          return (
            <>
              <div class="panel-head">
                <h2>
                  <Foreign text={name} /> <small>{info?.id === 'market' ? '' : info?.id}</small>
                </h2>
                <button type="button" onClick={() => (asTable.value = !asTable.value)}>
                  {asTable.value ? t('showChart') : t('showTable')}
                </button>
              </div>
              <Summary rows={answer.data} />
              {asTable.value ? (
                <WindowTable answer={answer} />
              ) : (
                // The colours are read when the chart is made, so another theme makes another chart.
                <ChartWithReadout key={`${theme.value} ${language.value}`} answer={answer} name={name} />
              )}
            </>
          );
        }}
      </Answer>
    </section>
  );
}

/** The chart in words, for those who do not see it and for those in a hurry. */
function Summary({ rows }: { readonly rows: readonly SeriesRow[] }) {
  const { t } = useApp();
  const documents = rows.reduce((sum, row) => sum + row.n, 0);
  const weighted = rows.reduce((sum, row) => sum + (row.polarity ?? 0) * row.n, 0);
  return (
    <p class="summary">
      <Polarity value={documents === 0 ? null : weighted / documents} />
      <span>
        <b>{formatCount(documents)}</b> {t('documentsUnit')}
      </span>
    </p>
  );
}

function ChartWithReadout({ answer, name }: { readonly answer: SeriesAnswer; readonly name: string }) {
  const { answers, view, navigate, t } = useApp();
  const pointed = useSignal<number | null>(null);
  const chosen = answer.data.findIndex((row) => row.start === view.value.window);
  const row = answer.data[pointed.value ?? chosen];
  const alerts = relevantAlerts(answers.alerts.state.value.data?.data ?? [], answer);
  const total = answer.data.reduce((sum, one) => sum + one.n, 0);
  return (
    <>
      <Chart
        rows={answer.data}
        alerts={alerts}
        chosen={chosen < 0 ? null : chosen}
        label={`${name}: ${t('polarityScale')}, ${t('documentsUnit')}; ${formatCount(total)} ${t('documentsUnit')}`}
        onPoint={(index) => (pointed.value = index)}
        onChoose={(index) => {
          const start = answer.data[index]?.start ?? null;
          navigate({ window: start === view.value.window ? null : start });
        }}
        onAlert={(id) => navigate({ alert: id })}
      />
      <p class="readout">{row === undefined ? <Legend answer={answer} /> : <WindowWords row={row} />}</p>
    </>
  );
}

/** The market shows every alert, any other series its own. */
function relevantAlerts(alerts: readonly WireAlert[], answer: SeriesAnswer): readonly WireAlert[] {
  const [info] = answer.series;
  return alerts.filter((alert) => {
    const isIn = alert.firedAt !== null && alert.firedAt >= answer.from && alert.firedAt < answer.to;
    return (
      isIn &&
      (info?.kind === 'market' || alert.series.key === info?.id || alert.series.series === info?.series)
    );
  });
}

function Legend({ answer }: { readonly answer: SeriesAnswer }) {
  const { t } = useApp();
  return (
    <span class="legend">
      <span>
        <span class="key line" aria-hidden="true" /> {t('polarityScale')}
      </span>
      <span>
        <span class="key bar" aria-hidden="true" /> {t('documentsUnit')} / {answer.frequency}
      </span>
      <span>
        <span class="key provisional" aria-hidden="true" /> {t('provisional')}
      </span>
      <span>
        <span class="key uncovered" aria-hidden="true" /> {t('notCovered')}
      </span>
      <span>
        <span class="key alert" aria-hidden="true">
          ▼
        </span>{' '}
        {t('alert')}
      </span>
    </span>
  );
}

function WindowWords({ row }: { readonly row: SeriesRow }) {
  const { t } = useApp();
  return (
    <span class="words">
      <b>{formatWindow(row.start, row.end)} UTC</b>
      <Polarity value={row.polarity} />
      <span>
        {formatCount(row.n)} {t('documentsUnit')} · {formatCount(row.stories)} {t('storiesUnit')}
        {row.negative === null ? '' : ` · ${t('pNegative')} ${formatShare(row.negative)}`}
      </span>
      {row.coverage === 0 && <span>{t('notCovered')}</span>}
      {row.provisional && <span title={t('provisionalLong')}>{t('provisional')}</span>}
    </span>
  );
}

/** Only windows that hold something: a month of minutes is mostly silence. */
function WindowTable({ answer }: { readonly answer: SeriesAnswer }) {
  const { view, navigate, t } = useApp();
  const rows = answer.data.filter((row) => row.n > 0).reverse();
  if (rows.length === 0) return <p class="hint">{t('chartEmpty')}</p>;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={t('chart')}>
      <table class="table windows">
        <thead>
          <tr>
            <th scope="col">{t('window')} (UTC)</th>
            <th scope="col">{t('polarity')}</th>
            <th scope="col">{t('pNegative')}</th>
            <th scope="col">{t('documents')}</th>
            <th scope="col">{t('stories')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, 500).map((row) => (
            <tr key={row.start} class={row.start === view.value.window ? 'chosen' : ''}>
              <th scope="row">
                <button type="button" onClick={() => navigate({ window: row.start })}>
                  {formatWindow(row.start, row.end)}
                </button>
                {row.provisional && <small>{t('provisional')}</small>}
              </th>
              <td>{row.polarity === null ? t('noData') : formatSigned(row.polarity)}</td>
              <td>{row.negative === null ? t('noData') : formatShare(row.negative)}</td>
              <td>{formatCount(row.n)}</td>
              <td>{formatCount(row.stories)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
