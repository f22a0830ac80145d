import type { Ruled } from '../../pipeline/core/scored.js';
import type { DocumentView } from '../../pipeline/core/store.js';
import { alertEvents, makeAlert, makeDocument, NOW, type Fixture } from './dashboards.js';

const HOUR = 3_600_000;

const QUIET = [
  {
    instrument: 'HBRV.XDEM',
    title: 'Harborview Bank opens three branches',
    topic: 'product_company',
    negative: 0.08,
  },
  {
    instrument: 'LUMA.XDEM',
    title: 'Lumera Devices ships its new sensor on time',
    topic: 'product_company',
    negative: 0.12,
  },
  {
    instrument: 'QHAI.XDEM',
    title: '青海汽车一季度销量同比增长',
    topic: 'earnings',
    negative: 0.1,
    mentioned: '青海汽车',
    language: 'zh',
  },
  { instrument: 'LUMA.XDEM', title: 'Analysts keep Lumera Devices at hold', topic: 'analyst', negative: 0.4 },
  {
    instrument: 'QHAI.XDEM',
    title: '青海汽车召回部分车型',
    topic: 'product_company',
    negative: 0.72,
    mentioned: '青海汽车',
    language: 'zh',
  },
] as const;

const CRISIS = [
  'Harborview Bank suspends withdrawals after a gap in its accounts',
  'Regulator opens an inquiry into Harborview Bank',
  'Customers of Harborview Bank queue through the night',
  'Harborview Bank shares halted, finance chief leaves',
  '港景银行暂停提款，监管介入',
] as const;

const RULED: Ruled = {
  rules: [{ id: 'queues-at-a-bank', version: 2, reason: 'A queue at a bank is bad news in itself.' }],
  model: {
    negative: 0.4,
    neutral: 0.5,
    positive: 0.1,
    topics: [],
    mentions: [{ instrument: 'HBRV.XDEM', negative: 0.3, neutral: 0.6, positive: 0.1 }],
  },
};

/** A quiet fortnight of invented companies, a bank in trouble in the last hour, its alert and its mail. */
export function fillScenario(fixture: Fixture): readonly DocumentView[] {
  for (let hour = 14 * 24; hour > 1; hour -= 3) {
    const entry = QUIET[hour % QUIET.length] ?? QUIET[0];
    const key = `quiet-${hour}`;
    const text =
      'mentioned' in entry
        ? `${entry.title}。公司未作进一步说明。`
        : `${entry.title}. Nothing else was said.`;
    fixture.store.add(makeDocument({ ...entry, key, text, publishedAt: NOW - hour * HOUR }));
  }
  const crisis = CRISIS.map((title, index) =>
    makeDocument({
      key: `crisis-${index}`,
      title,
      text:
        index === 4
          ? '港景银行周二暂停提款。储户要求说明。'
          : 'The bank gave no date for a return to normal. Harborview Bank lost a third of its deposits in two days. Its board meets tonight.',
      instrument: 'HBRV.XDEM',
      negative: 0.95 - index * 0.03,
      publishedAt: NOW - (40 - index * 6) * 60_000,
      source: index % 2 === 0 ? 'Demo Wire' : 'Harbour Post',
      certainty: index === 1 ? 'rumour' : 'fact',
      ...(index === 2 ? { ruled: RULED } : {}),
      ...(index === 4 ? { mentioned: '港景银行', language: 'zh' } : {}),
    }),
  );
  const first = crisis[0];
  if (first !== undefined) fixture.store.add(...crisis, { ...first, version: 2, action: 'replace' });
  const alert = makeAlert({ evidence: crisis });
  fixture.store.addAlert(alert, alertEvents(alert));
  fixture.mails.push({
    id: 'mail-1',
    subject: '[DEMO] Harborview Bank: 9 stories, negative weight 12× the usual',
    to: ['risk@bellwether.example'],
    date: new Date(NOW - 34 * 60_000).toISOString(),
    alertId: alert.id,
    text: 'Harborview Bank: 9 independent stories in 24 h.\n\nHarborview Bank suspends withdrawals …\n',
    html: '<!doctype html><html><head><title>Alert</title></head><body style="font-family:sans-serif"><h1>Harborview Bank</h1><p id="told">9 independent stories in 24 h.</p><script>document.title="ran"</script><p><a href="https://news.example/crisis-0">Read it</a></p></body></html>',
  });
  return crisis;
}
