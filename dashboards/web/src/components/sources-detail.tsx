import type { WireStatus } from '../../../api/wire.js';
import { useApp } from '../app.js';
import { formatAge, formatCount } from '../format.js';
import type { StringKey } from '../strings.js';
import { Foreign, Time, Why } from './parts.js';

type SourceRow = WireStatus['sources'][number];

const WORDS = {
  degraded: 'sourceDegraded',
  stopped: 'sourceStopped',
  starting: 'sourceStarting',
  ok: 'sourceOk',
  finished: 'sourceFinished',
} as const satisfies Readonly<Record<SourceRow['state'], StringKey>>;
const FAULTS = {
  signature_missing: 'signatureMissing',
  signature_wrong: 'signatureWrong',
  timestamp_outside_window: 'timestampOutside',
} as const satisfies Readonly<Record<NonNullable<SourceRow['refused']>['last'], StringKey>>;
const SHAPES = { degraded: '⚠', stopped: '■', starting: '○', ok: '●', finished: '✓' } as const;
/** What needs somebody comes first. */
const ORDER = Object.keys(WORDS);

/** Every source: its state and why, when it brought something last, when it was heard of, its terms. */
export function SourcesDetail() {
  const { status, t } = useApp();
  const sources = [...(status.value?.sources ?? [])].sort(
    (one, other) =>
      ORDER.indexOf(one.state) - ORDER.indexOf(other.state) || one.name.localeCompare(other.name),
  );
  return (
    <ul class="sources">
      {sources.map((source) => (
        <li key={source.id} data-id={source.id}>
          <div class="source-head">
            <span>
              <b>
                <Foreign text={source.name} />
              </b>{' '}
              <small>{source.id}</small>
            </span>
            <span class={`source-state ${source.state}`}>
              <span aria-hidden="true">{SHAPES[source.state]}</span> {t(WORDS[source.state])}
            </span>
          </div>
          {source.reason !== null && source.cause !== null && (
            <p class={source.state === 'degraded' ? 'degraded' : 'hint'}>
              <Why cause={source.cause} detail={source.reason} />
            </p>
          )}
          <Refused refused={source.refused} />
          <Figures source={source} />
        </li>
      ))}
    </ul>
  );
}

/** A sender with a wrong key sees it in our answers; whoever looks at the source sees it here. */
function Refused({ refused }: Pick<SourceRow, 'refused'>) {
  const { t } = useApp();
  if (refused === null) return null;
  return (
    <p class="hint refused">
      {t('refusedRequests')}: {formatCount(refused.requests)}. {t('refusedLast')}: {t(FAULTS[refused.last])},{' '}
      <Time iso={refused.at} />
    </p>
  );
}

function Figures({ source }: { readonly source: SourceRow }) {
  const { t, now, language } = useApp();
  const age = (iso: string | null) =>
    iso === null ? '–' : `${formatAge(Math.max(0, now.value - Date.parse(iso)), language.value)} ${t('ago')}`;
  return (
    <p class="source-figures">
      <span>
        {t('lastDocument')}: {age(source.lastDeliveryAt)}
      </span>
      <span>
        {t('lastContact')}: {age(source.lastContactAt)}
      </span>
      <span>
        {formatCount(source.delivered)}{' '}
        {source.countedSince === null ? (
          t('taken')
        ) : (
          <>
            {t('countedSince')} <Time iso={source.countedSince} />
          </>
        )}
      </span>
      {source.rejected > 0 && (
        <span>
          {formatCount(source.rejected)} {t('notTaken')}
        </span>
      )}
      {source.licence !== null && (
        <span>
          {t('licence')}: <Foreign text={source.licence} />
        </span>
      )}
    </p>
  );
}
