import { useApp } from '../app.js';
import type { DocumentRow } from '../document-row.js';
import { formatWindow } from '../format.js';
import { FREQUENCY_MS } from '../../../../pipeline/core/series.js';
import { Legend, LIST_MARKS } from './legend.js';
import { Answer, CertaintyMark, Foreign, ForeignMark, Polarity, RuledMark, Time } from './parts.js';

/** The documents behind the chosen series and time, each one step from its text. */
export function DocumentsPanel() {
  const { answers, rows, reading, t, named } = useApp();
  const loaded = answers.documents.state.value;
  const series = loaded.data?.series;
  return (
    <section class="panel documents-panel" id="documents" tabIndex={-1} aria-label={t('documents')}>
      <div class="panel-head">
        <h2>
          {t('documentsOf')} {series === undefined ? '' : <Foreign text={named(series)} />}
        </h2>
        <Waiting />
        <OrderChoice />
      </div>
      <ChosenWindow />
      <Legend marks={LIST_MARKS} />
      <Answer loaded={loaded} isEmpty={() => rows.value.length === 0} empty={t('noDocuments')}>
        {(answer) => (
          <>
            <ol
              class="rows"
              onMouseEnter={() => (reading.value = true)}
              onMouseLeave={() => (reading.value = false)}
              onFocusIn={() => (reading.value = true)}
              onFocusOut={() => (reading.value = false)}
            >
              {rows.value.map((row) => (
                <DocumentLine key={row.id} row={row} />
              ))}
            </ol>
            {answer.nextCursor !== null && <MoreButton />}
          </>
        )}
      </Answer>
    </section>
  );
}

function OrderChoice() {
  const { view, navigate, t } = useApp();
  return (
    <label>
      <span class="unseen">{t('order')}</span>
      <select
        value={view.value.order}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          navigate({ order: chosen === 'most_negative' ? 'most_negative' : 'newest' });
        }}
      >
        <option value="newest">{t('newestFirst')}</option>
        <option value="most_negative">{t('mostNegative')}</option>
      </select>
    </label>
  );
}

function ChosenWindow() {
  const { view, navigate, range, t } = useApp();
  const { window } = view.value;
  if (window === null || range.value === null) return null;
  const end = new Date(Date.parse(window) + FREQUENCY_MS[range.value.frequency]).toISOString();
  return (
    <p class="window">
      {formatWindow(window, end)} UTC
      <button type="button" onClick={() => navigate({ window: null })}>
        {t('allOfPeriod')} <span aria-hidden="true">✕</span>
      </button>
    </p>
  );
}

/** While the list stands still for its reader, this says what waits; leaving the list lets it in. */
function Waiting() {
  const { waiting, t } = useApp();
  return (
    <span class="waiting" role="status">
      {waiting.value === 0 ? '' : `${waiting.value} ${t('newRows')}`}
    </span>
  );
}

function MoreButton() {
  const { showMore, t } = useApp();
  return (
    <button type="button" class="more" onClick={showMore}>
      {t('more')}
    </button>
  );
}

function DocumentLine({ row }: { readonly row: DocumentRow }) {
  const { navigate, language, t } = useApp();
  const topic = row.topics[0];
  return (
    <li data-id={row.id} class={row.action === 'retract' ? 'row retracted' : 'row'}>
      <button type="button" onClick={() => navigate({ document: row.id })}>
        <Polarity value={row.polarity} />
        <span class="row-text">
          <span class="row-title">
            <Foreign text={row.title} language={row.language} />
          </span>
          <small>
            <Time iso={row.publishedAt} /> · <Foreign text={row.source} /> · {row.language}
            {topic === undefined ? '' : ` · ${language.value === 'zh' ? topic.nameZh : topic.name}`}{' '}
            <CertaintyMark certainty={row.certainty} /> <RuledMark rules={row.rules} />{' '}
            <ForeignMark foreign={row.foreign === true} />
            {row.action === 'retract' && <b class="flag"> {t('retracted')}</b>}
            {row.action !== 'retract' && row.version > 1 && <b class="flag"> {t('corrected')}</b>}
          </small>
        </span>
      </button>
    </li>
  );
}
