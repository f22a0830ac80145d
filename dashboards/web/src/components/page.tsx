import { useApp } from '../app.js';
import { AlertsPanel } from './alerts-panel.js';
import { AlertDetail } from './alert-detail.js';
import { ChartPanel } from './chart-panel.js';
import { DetailDialog } from './detail-dialog.js';
import { DocumentDetail } from './document-detail.js';
import { DocumentsPanel } from './documents-panel.js';
import { LabelDesk } from './label-desk.js';
import { Header } from './header.js';
import { InstrumentsPanel } from './instruments-panel.js';
import { MailDetail } from './mail-detail.js';
import { MailsPanel } from './mails-panel.js';
import { SourcesDetail } from './sources-detail.js';
import { Toolbar } from './toolbar.js';

/** The whole page: what is going on, where, why, and who was told. */
export function Page() {
  const { view, navigate, t, announced } = useApp();
  const { document, alert, mail, sources, label } = view.value;
  const close = () => navigate({ document: null, alert: null, mail: null, sources: null, label: null });
  return (
    <>
      <a class="skip" href="#documents">
        {t('skip')}
      </a>
      <Header />
      <Toolbar />
      <main class="columns">
        <InstrumentsPanel />
        <div class="middle">
          <ChartPanel />
          <DocumentsPanel />
        </div>
        <div class="side">
          <AlertsPanel />
          <MailsPanel />
        </div>
      </main>
      <p class="announcement" role="status">
        {announced.value === null ? '' : `${t('newAlert')} ${announced.value}`}
      </p>
      {document !== null && (
        <DetailDialog key={`document ${document}`} title={t('document')} onClose={close}>
          <DocumentDetail />
        </DetailDialog>
      )}
      {document === null && alert !== null && (
        <DetailDialog key={`alert ${alert}`} title={t('alert')} onClose={close}>
          <AlertDetail />
        </DetailDialog>
      )}
      {document === null && alert === null && mail !== null && (
        <DetailDialog key={`mail ${mail}`} title={t('mail')} onClose={close}>
          <MailDetail />
        </DetailDialog>
      )}
      {document === null && alert === null && mail === null && sources !== null && (
        <DetailDialog key="sources" title={t('sources')} onClose={close}>
          <SourcesDetail />
        </DetailDialog>
      )}
      {document === null && alert === null && mail === null && sources === null && label !== null && (
        <DetailDialog key="label" title={t('labelling')} onClose={close}>
          <LabelDesk />
        </DetailDialog>
      )}
    </>
  );
}
