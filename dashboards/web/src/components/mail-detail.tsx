import { useSignal } from '@preact/signals';

import type { MailAnswer } from '../../../api/wire.js';
import { useApp } from '../app.js';
import { safeText } from '../format.js';
import { Answer, Foreign, Time } from './parts.js';

/** One mail as its reader sees it: in a frame without rights, or as its plain text. */
export function MailDetail() {
  const { answers } = useApp();
  return <Answer loaded={answers.mail.state.value}>{(answer) => <MailBody mail={answer.data} />}</Answer>;
}

function MailBody({ mail }: { readonly mail: MailAnswer['data'] }) {
  const { navigate, t } = useApp();
  const asText = useSignal(false);
  const { alertId } = mail;
  return (
    <article class="mail">
      <h2>
        <Foreign text={mail.subject} />
      </h2>
      <p class="hint">
        <Time iso={mail.date} /> · {t('mailTo')} <Foreign text={mail.to.join(', ')} />
      </p>
      <p class="actions">
        {alertId !== null && (
          <button type="button" onClick={() => navigate({ mail: null, alert: alertId })}>
            {t('openAlert')}
          </button>
        )}
        <button type="button" onClick={() => (asText.value = !asText.value)}>
          {asText.value ? t('asHtml') : t('asText')}
        </button>
      </p>
      {asText.value ? (
        <pre tabIndex={0}>{safeText(mail.text)}</pre>
      ) : (
        <iframe title={mail.subject} src={mail.html} sandbox="allow-popups allow-popups-to-escape-sandbox" />
      )}
    </article>
  );
}
