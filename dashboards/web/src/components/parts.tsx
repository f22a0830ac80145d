import type { ComponentChildren } from 'preact';

import type { AppliedRule, Certainty } from '../../../../pipeline/core/scored.js';
import type { WireCause } from '../../../api/wire.js';
import { useApp } from '../app.js';
import type { AnswerError } from '../fetch-json.js';
import {
  formatAge,
  formatShare,
  formatSigned,
  formatTime,
  safeLink,
  safeText,
  TONE_SHAPES,
  toneOf,
} from '../format.js';
import { reasonWords } from '../reason-words.js';
import type { Loaded } from '../resource.js';

/** A polarity by sign, shape and colour; grey words where there is none. */
export function Polarity({
  value,
  thin = false,
}: {
  readonly value: number | null;
  readonly thin?: boolean;
}) {
  const { t } = useApp();
  if (value === null) return <span class="none">{t('noData')}</span>;
  const tone = toneOf(value);
  return (
    <span class={thin ? 'polarity thin' : `polarity ${tone}`} title={thin ? t('thinLong') : t(tone)}>
      <span class="shape" aria-hidden="true">
        {TONE_SHAPES[tone]}
      </span>
      {formatSigned(value)}
    </span>
  );
}

/** A small mark on what is somebody's opinion, or what nobody stands for; a fact needs none. */
export function CertaintyMark({ certainty }: { readonly certainty: Certainty | undefined }) {
  const { t } = useApp();
  if (certainty === undefined || certainty === 'fact') return null;
  return (
    <b class="certainty" title={t(certainty === 'opinion' ? 'opinionLong' : 'rumourLong')}>
      {t(certainty)}
    </b>
  );
}

/** A small mark on a score that is not the model's own. */
export function RuledMark({ rules }: { readonly rules: readonly AppliedRule[] | undefined }) {
  const { t } = useApp();
  if (rules === undefined || rules.length === 0) return null;
  const reasons = rules.map(({ id, reason }) => `${id}: ${reason}`).join('\n');
  return (
    <b class="certainty" title={safeText(reasons)}>
      {t('ruled')}
    </b>
  );
}

/** A small mark on a text that is not about finance: its score is a guess. */
export function ForeignMark({ foreign }: { readonly foreign: boolean }) {
  const { t } = useApp();
  if (!foreign) return null;
  return (
    <b class="certainty" title={t('foreignLong')}>
      {t('foreign')}
    </b>
  );
}

/** Three probabilities as one bar with its figures beside it. */
export function Probabilities(props: {
  readonly negative: number;
  readonly neutral: number;
  readonly positive: number;
}) {
  const { t } = useApp();
  return (
    <div class="probabilities">
      <div class="stack" aria-hidden="true">
        <span class="fill negative" style={{ width: `${props.negative * 100}%` }} />
        <span class="fill neutral" style={{ width: `${props.neutral * 100}%` }} />
        <span class="fill positive" style={{ width: `${props.positive * 100}%` }} />
      </div>
      <span class="figures">
        <span class="negative">
          ▼ {t('negative')} {formatShare(props.negative)}
        </span>
        <span class="neutral">
          ◆ {t('neutral')} {formatShare(props.neutral)}
        </span>
        <span class="positive">
          ▲ {t('positive')} {formatShare(props.positive)}
        </span>
      </span>
    </div>
  );
}

/** A time in UTC, with how long ago it was where that says more. */
export function Time({ iso, age = false }: { readonly iso: string; readonly age?: boolean }) {
  const { t, now, language } = useApp();
  const since = now.value - Date.parse(iso);
  return (
    <time dateTime={iso} title={`${iso} UTC`}>
      {age && since >= 0 ? `${formatAge(since, language.value)} ${t('ago')}` : `${formatTime(iso)} UTC`}
    </time>
  );
}

/** Text of strangers: never anything but text, and no trick with its direction gets out of it. */
export function Foreign({ text, language }: { readonly text: string; readonly language?: string }) {
  return <bdi lang={language}>{safeText(text)}</bdi>;
}

export function OutLink({
  url,
  children,
}: {
  readonly url: string | null;
  readonly children: ComponentChildren;
}) {
  const { t } = useApp();
  const href = safeLink(url);
  if (href === null) return <span class="none">{t('noLink')}</span>;
  return (
    <a class="out" href={href} target="_blank" rel="noopener noreferrer">
      {children} <span aria-hidden="true">↗</span>
    </a>
  );
}

/**
 * Why something is not as it should be, in the reader's language, with what the service says itself below: in English, with
 * its names and figures.
 */
export function Why({ cause, detail }: { readonly cause: WireCause; readonly detail: string }) {
  const { t, language } = useApp();
  return (
    <>
      <span class="why">{reasonWords(cause, language.value)}</span>
      <span class="technical">
        {t('technicalDetail')} <Foreign text={detail} language="en" />
      </span>
    </>
  );
}

/** Why the service gave no answer, or refused. */
export function Failure({ error }: { readonly error: AnswerError }) {
  const { t } = useApp();
  if (error.status === null) return <>{t('unreachable')}</>;
  return <Why cause={{ code: error.code, status: null, until: null }} detail={error.message} />;
}

/** What a part says while it has nothing to show: that it loads, why it could not, or that there is nothing. */
export function Answer<T>(props: {
  readonly loaded: Loaded<T>;
  readonly isEmpty?: (data: T) => boolean;
  readonly empty?: string;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { t, reload } = useApp();
  const { data, error } = props.loaded;
  return (
    <>
      {error !== null && (
        <p class="problem" role="alert">
          {error.status === 404 && data === null ? (
            t('notFound')
          ) : (
            <>
              {t('failed')} <Failure error={error} />
            </>
          )}{' '}
          <button type="button" onClick={reload}>
            {t('again')}
          </button>
        </p>
      )}
      {data === null && error === null && <p class="hint">{t('loading')}</p>}
      {data !== null && props.isEmpty?.(data) === true && <p class="hint">{props.empty}</p>}
      {data !== null && props.isEmpty?.(data) !== true && props.children(data)}
    </>
  );
}
