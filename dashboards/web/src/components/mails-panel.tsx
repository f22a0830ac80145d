import { useApp } from '../app.js';
import { Answer, Foreign, Time } from './parts.js';

/** What was sent to whom, newest first. */
export function MailsPanel() {
  const { answers, navigate, t } = useApp();
  return (
    <section class="panel mails-panel" aria-label={t('mails')}>
      <h2>{t('mails')}</h2>
      <Answer
        loaded={answers.mails.state.value}
        isEmpty={({ data }) => data.length === 0}
        empty={t('noMails')}
      >
        {({ data }) => (
          <ol class="rows">
            {data.map((mail) => (
              <li key={mail.id} data-id={mail.id} class="row">
                <button type="button" onClick={() => navigate({ mail: mail.id })}>
                  <span class="row-text">
                    <span class="row-title">
                      <Foreign text={mail.subject} />
                    </span>
                    <small>
                      <Time iso={mail.date} /> · {t('mailTo')} <Foreign text={mail.to.join(', ')} />
                    </small>
                  </span>
                </button>
              </li>
            ))}
          </ol>
        )}
      </Answer>
    </section>
  );
}
