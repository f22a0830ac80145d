import type { AlertEventType } from '../../../../pipeline/core/alert.js';
import type { AlertAnswer } from '../../../api/wire.js';
import { useApp } from '../app.js';
import { alertSentence } from '../alert-words.js';
import { describeModel, formatNumber, formatShare, formatSigned, saysTheSame } from '../format.js';
import type { StringKey } from '../strings.js';
import { AlertBadge } from './alerts-panel.js';
import { DeskProblem, LabellerField } from './label-parts.js';
import { Answer, CertaintyMark, Foreign, OutLink, Time } from './parts.js';
import { VerdictButtons } from './verdict-buttons.js';

type Alert = AlertAnswer['data'];

/** One alert: what, why, on what evidence, and what happened since. */
export function AlertDetail() {
  const { answers } = useApp();
  return <Answer loaded={answers.alert.state.value}>{(answer) => <AlertBody alert={answer.data} />}</Answer>;
}

function AlertBody({ alert }: { readonly alert: Alert }) {
  const { navigate, named, language, t } = useApp();
  return (
    <article class="alert-detail">
      <h2>
        <Foreign text={named(alert.series)} /> <AlertBadge alert={alert} />
      </h2>
      <p class="lead">{alertSentence(alert.evaluation, language.value)}</p>
      <p class="actions">
        <button
          type="button"
          onClick={() => navigate({ series: alert.series.series, alert: null, window: null })}
        >
          {t('showSeries')}
        </button>
        <MailButton alertId={alert.id} />
      </p>
      <h3>{t('evidence')}</h3>
      <div class="verdict-head">
        <p class="hint">{t('verdictAsk')}</p>
        <LabellerField />
        <DeskProblem />
      </div>
      <Evidence alert={alert} />
      <h3>{t('arithmetic')}</h3>
      <Arithmetic alert={alert} />
      <h3>{t('course')}</h3>
      <Course alert={alert} />
    </article>
  );
}

function MailButton({ alertId }: { readonly alertId: string }) {
  const { answers, navigate, t } = useApp();
  const mail = answers.mails.state.value.data?.data.find((one) => one.alertId === alertId);
  if (mail === undefined) return null;
  return (
    <button type="button" onClick={() => navigate({ alert: null, mail: mail.id })}>
      {t('mailOf')}
    </button>
  );
}

function Evidence({ alert }: { readonly alert: Alert }) {
  const { navigate, t } = useApp();
  return (
    <ol class="evidence">
      {alert.documents.map((document) => (
        <li key={document.id}>
          <button type="button" class="plain" onClick={() => navigate({ document: document.id })}>
            <Foreign text={document.title} />
          </button>
          {!saysTheSame(document.sentence, document.title) && (
            <q>
              <Foreign text={document.sentence} />
            </q>
          )}
          <small>
            <Time iso={document.publishedAt} /> · <Foreign text={document.source} /> · {t('pNegative')}{' '}
            {formatShare(document.negative)} · {t('weight')} {formatNumber(document.weight)}{' '}
            <CertaintyMark certainty={document.certainty} />
          </small>
          {document.rules?.map(({ id, reason }) => (
            <small key={id}>
              {t('decidedByRule')} <Foreign text={id} />: <Foreign text={reason} />
            </small>
          ))}
          <OutLink url={document.url}>{t('openSource')}</OutLink>
          <VerdictButtons
            alertId={alert.id}
            documentId={document.id}
            title={document.title}
            company={alert.series.kind === 'instrument'}
          />
        </li>
      ))}
    </ol>
  );
}

function Arithmetic({ alert }: { readonly alert: Alert }) {
  const { t } = useApp();
  const { evaluation, rule, model } = alert;
  const rows: readonly (readonly [StringKey, string])[] = [
    ['windowHours', `${evaluation.windowHours} ${t('hours')}`],
    ['documents', String(evaluation.documents)],
    ['stories', String(evaluation.stories)],
    ['count', formatNumber(evaluation.count)],
    ['expected', formatNumber(evaluation.expected)],
    ['score', formatNumber(evaluation.score)],
    ['threshold', formatNumber(evaluation.threshold)],
    ['polarity', evaluation.polarity === null ? t('noData') : formatSigned(evaluation.polarity)],
    ['history', `${formatNumber(evaluation.historyDays)} ${t('days')}`],
    ['rule', `${rule.id} ${rule.version}`],
    ['model', describeModel(model)],
  ];
  return (
    <dl class="facts">
      {rows.map(([key, value]) => (
        <>
          <dt key={`${key} term`}>{t(key)}</dt>
          <dd key={key}>{value}</dd>
        </>
      ))}
    </dl>
  );
}

const EVENT_WORDS: Readonly<Record<AlertEventType, StringKey>> = {
  pending: 'eventPending',
  cleared: 'eventCleared',
  firing: 'eventFiring',
  resolved: 'eventResolved',
  mailed: 'eventMailed',
};

function Course({ alert }: { readonly alert: Alert }) {
  const { t } = useApp();
  return (
    <ol class="course">
      {alert.events.map((event) => (
        <li key={event.sequence}>
          <Time iso={event.at} /> {t(EVENT_WORDS[event.type])}
          {event.messageId !== null && <code>{event.messageId}</code>}
        </li>
      ))}
    </ol>
  );
}
