import type { LabelValue } from '../../../../pipeline/core/label.js';
import { useApp } from '../app.js';
import type { StringKey } from '../strings.js';
import { Failure } from './parts.js';

export const VALUE_WORDS: Readonly<Record<LabelValue, StringKey>> = {
  negative: 'negative',
  neutral: 'neutral',
  positive: 'positive',
  wrong_entity: 'wrongCompany',
  skip: 'skipText',
};

/** Who says it: asked for before anything is said, and remembered by this browser. */
export function LabellerField() {
  const { desk, t } = useApp();
  return (
    <label class="field">
      {t('labeller')}
      <input
        type="text"
        autoComplete="off"
        maxLength={100}
        value={desk.labeller.value}
        onInput={(event) => (desk.labeller.value = event.currentTarget.value)}
      />
    </label>
  );
}

/** What went wrong with saying it; where a token is missing it can be given. */
export function DeskProblem() {
  const { desk, t } = useApp();
  const error = desk.error.value;
  if (error === null) return null;
  return (
    <div class="problem" role="alert">
      <p>
        {error.status === 401 ? (
          t('tokenNeeded')
        ) : (
          <>
            {t('notKept')} <Failure error={error} />
          </>
        )}
      </p>
      {error.status === 401 && (
        <label class="field">
          {t('token')}
          <input
            type="password"
            autoComplete="off"
            value={desk.token.value}
            onInput={(event) => (desk.token.value = event.currentTarget.value)}
          />
        </label>
      )}
    </div>
  );
}
