import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, plainLine, webLink } from '../../../../alerts/templates/html.js';
import type { MailInput } from '../../../../alerts/templates/mail-content.js';
import { renderMail } from '../../../../alerts/templates/render-mail.js';
import type { Alert } from '../../../../pipeline/core/alert.js';
import type { StoryFacts } from '../../../../pipeline/core/story.js';
import { DAY_MS, firingAlert } from '../../../support/alerts.js';

const END = Date.parse('2026-03-20T10:00:00Z');

function render(changes: Partial<MailInput> = {}) {
  return renderMail({
    alert: firingAlert(),
    number: 1,
    world: 'live',
    language: 'en',
    stories: new Map(),
    days: [2, 1, 0].map((age) => ({ end: END - age * DAY_MS, negativeWeight: age === 0 ? 8.25 : 1.5 })),
    alertUrl: 'http://127.0.0.1:8420/#/alerts/0123456789abcdef0123456789abcdef',
    ...changes,
  });
}

it('says how many of the documents were not judged, and nothing where all were', () => {
  const { evaluation } = firingAlert();
  const some = firingAlert({ evaluation: { ...evaluation, judged: 11 } });
  expect(render({ alert: some }).text).toContain('14 in 9 independent stories, 3 of them not judged');
  expect(render({ alert: some, language: 'zh' }).text).toContain('其中 3 篇未能判断');
  const all = firingAlert({ evaluation: { ...evaluation, judged: 14 } });
  for (const alert of [all, firingAlert()]) expect(render({ alert }).text).not.toContain('not judged');
});

function storyOf(spec: {
  readonly copies: number;
  readonly outlets: number;
  readonly authors: number;
  readonly drivenBy: number | null;
  readonly first: string;
}): StoryFacts {
  const { copies, outlets, authors, drivenBy, first } = spec;
  return {
    firstSource: { id: 'wire', name: first },
    firstAt: END,
    lastAt: END,
    copies,
    outlets,
    authors,
    platforms: {},
    guard: { authorDiversity: null, copyShare: null, synchrony: null, youngShare: null, drivenBy },
    novelty: 1,
  };
}

function withDocument(changes: Partial<Alert['documents'][number]>): Alert {
  const [first] = firingAlert().documents;
  return firingAlert({ documents: [{ ...first!, ...changes }] });
}

describe('alert mail', () => {
  it('names severity, name, number and usual level in the subject', () => {
    expect(render().subject).toBe('[HIGH] Harbour Bank: bad news 8.3 (usual 1.5), 14 docs');
    expect(render({ language: 'zh' }).subject).toBe('[高] Harbour Bank：负面 8.3（平时 1.5），14 篇');
  });

  it('marks what is a rumour or an opinion, and no fact', () => {
    const text = (certainty: 'fact' | 'opinion' | 'rumour', language: 'en' | 'zh' = 'en') =>
      render({ language, alert: withDocument({ certainty }) }).text;
    expect(text('rumour')).toContain('Test Wire, 2026-03-20 08:55 UTC, rumour');
    expect(text('opinion', 'zh')).toContain('Test Wire, 2026-03-20 08:55 UTC, 观点');
    expect(text('fact')).toBe(render({ alert: withDocument({}) }).text);
  });

  it.each([
    [
      'en',
      'Harbour Bank admits <loss>, a glossy note said',
      ['loss', 'admits'],
      'Words that made it negative, to the model: loss, admits',
      'Harbour Bank <b><u>admits</u></b> &lt;<b><u>loss</u></b>&gt;, a glossy note said',
    ],
    [
      'zh',
      '港湾银行亏损扩大，股价跌停',
      ['跌停', '亏损'],
      '模型判为负面的主要用词：跌停、亏损',
      '港湾银行<b><u>亏损</u></b>扩大，股价<b><u>跌停</u></b>',
    ],
  ] as const)(
    'names and marks the words that made a document negative (%s)',
    (language, sentence, words, line, marked) => {
      const { html: page, text } = render({ language, alert: withDocument({ sentence, words }) });
      expect(text).toContain(`   ${line}\n`);
      expect(text).toContain(`> ${sentence}`);
      expect(page).toContain(line);
      expect(page).toContain(marked);
      expect(render({ language, alert: withDocument({ sentence }) }).text).not.toContain(line.slice(0, 8));
    },
  );

  it('bounds and escapes such words, whatever they are', () => {
    const words = [
      '<script>',
      '(((',
      '\u202e',
      'x'.repeat(5_000),
      '[',
      ...Array.from({ length: 90 }, (_, n) => `w${n}`),
    ];
    const { html: page, text } = render({ alert: withDocument({ sentence: 'a <script> ((( b', words }) });
    expect(page).not.toContain('<script>');
    expect(page).toContain('a <b><u>&lt;script&gt;</u></b> <b><u>(((</u></b> b');
    expect(text).not.toContain('\u202e');
    expect(text).not.toContain('w5');
    expect(text).not.toContain('x'.repeat(50));
  });

  it('says in both parts that an expert rule decided a score, and why', () => {
    const alert = withDocument({ rules: [{ id: 'halted', version: 2, reason: 'Stops <b>paying.\u202e' }] });
    for (const [language, words] of [
      ['en', 'Score decided by an expert rule, not by the model alone: halted (Stops <b>paying.)'],
      ['zh', '得分由专家规则决定，并非仅由模型给出：halted（Stops <b>paying.）'],
    ] as const) {
      const { html: page, text } = render({ language, alert });
      expect(text).toContain(words);
      expect(page).toContain(words.replace('<b>', '&lt;b&gt;'));
    }
    expect(render({ alert: withDocument({}) }).text).not.toContain('expert');
  });

  it('says beside a document how its story had spread, and who drove it, in both parts', () => {
    const alert = withDocument({});
    const id = alert.documents[0]!.id;
    const facts = storyOf({ copies: 12, outlets: 1, authors: 3, drivenBy: 3, first: 'Wire\u202e <b>' });
    for (const [language, spread, driven] of [
      ['en', 'Story: first told by Wire <b>; 12 copies, 1 outlet, 3 accounts', 'Driven by 3 accounts'],
      ['zh', '事件：最早来源 Wire <b>；截至触发时 12 篇转载、1 家媒体、3 个账号', '主要由 3 个账号推动'],
    ] as const) {
      const { html: page, text } = render({ language, alert, stories: new Map([[id, facts]]) });
      expect(text).toContain(spread);
      expect(page).toContain(spread.replace('<b>', '&lt;b&gt;'));
      for (const part of [text, page]) expect(part).toContain(driven);
    }
    const posts = storyOf({ copies: 2, outlets: 0, authors: 1, drivenBy: null, first: 'Forum' });
    const { text: told } = render({ alert, stories: new Map([[id, posts]]) });
    expect(told).toContain('Story: first told by Forum; 2 copies, 1 account when it fired');
    const once = storyOf({ copies: 0, outlets: 1, authors: 0, drivenBy: null, first: 'Wire' });
    expect(render({ alert, stories: new Map([[id, once]]) }).text).toContain('told once when it fired');
    expect(render({ alert }).text).not.toContain('Story:');
  });

  it('quotes no sentence that is the headline again', () => {
    const alert = withDocument({ title: 'Harbour Bank falls', sentence: 'Harbour Bank falls.' });
    expect(render({ alert }).text).not.toContain('> Harbour Bank falls');
  });

  it('names the hash of the model only where the version does not say it already', () => {
    const model = { name: 'ngram', version: 'abababababab', sha256: 'ab'.repeat(32) };
    expect(render({ alert: firingAlert({ model }) }).text).toContain('ngram, version abababababab\n');
  });

  it.each(['live', 'demo', 'replay'] as const)('keeps the subject short in the %s world', (world) => {
    const series = { ...firingAlert().series, name: '🚀 A Very Long Company Name '.repeat(9) };
    const { subject } = render({ world, alert: firingAlert({ series, severity: 'critical' }), number: 2 });
    expect(subject.length).toBeLessThan(70);
    expect(subject).not.toMatch(/\p{Extended_Pictographic}/u);
    expect(subject).toContain('bad news 8.3 (usual 1.5), 14 docs');
  });

  it.each([
    ['demo', '[DEMO] ', 'Nothing here is real.'],
    ['replay', '[REPLAY] ', 'Nothing here is happening now.'],
  ] as const)('marks the %s world in the subject and in both parts', (world, prefix, words) => {
    const mail = render({ world });
    expect(mail.subject.startsWith(prefix)).toBe(true);
    expect(mail.html).toContain(words);
    expect(mail.text).toContain(words);
  });

  it('says in the first sentence what, how bad and since when', () => {
    expect(render().text.split('\n')[0]).toBe(
      'Bad news on Harbour Bank surged: 14 documents in 9 stories in the last 24 hours add up to a ' +
        'negative weight of 8.3, where 1.5 is usual (5.5×). Since 2026-03-20 09:00 UTC. Please read the documents below and judge.',
    );
  });

  it.each(['en', 'zh'] as const)('says the same in the HTML and in the text part (%s)', (language) => {
    const { html: page, text } = render({ language });
    for (const fact of [
      'instrument-negative-surge',
      '4.87',
      '3.50',
      '8.25',
      '1.50',
      '−0.62',
      '2026-03-19 10:00 UTC',
      'test-model',
      'abababababab',
      'Harbour Bank offices searched',
      'Investigators searched the offices of Harbour Bank on Friday.',
      '港湾银行被立案调查',
      '监管部门对港湾银行立案调查。',
      'https://wire.example/d1',
      'Test Wire, 2026-03-20 08:55 UTC',
      '0.93',
      '7.32',
      '#/alerts/0123456789abcdef0123456789abcdef',
      '0123456789abcdef0123456789abcdef',
    ]) {
      expect(page).toContain(fact);
      expect(text).toContain(fact);
    }
  });

  it('answers in the thread when the alert has resolved, short and without evidence', () => {
    const alert = firingAlert({ state: 'resolved', resolvedAt: '2026-03-23T10:00:00.000Z' });
    const mail = render({ alert, number: 2 });
    expect(mail.subject).toBe(`Re: ${render().subject}`);
    expect(mail.text.split('\n')[0]).toContain('Resolved at 2026-03-23 10:00 UTC');
    expect(mail.html).not.toContain('offices searched');
  });

  it('escapes what comes from outside', () => {
    const alert = withDocument({
      title: '<img src=x onerror=alert(1)> "Bank" & \'Co\'',
      sentence: '</p><script>steal()</script>',
      source: '<b>wire</b>',
    });
    const { html: page, text } = render({ alert });
    expect(page).not.toMatch(/<img|<script|<b>/);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt; &quot;Bank&quot; &amp; &#39;Co&#39;');
    expect(text).toContain('<img src=x onerror=alert(1)>');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'not a link', ''])(
    'links nowhere for the address "%s"',
    (url) => {
      const { html: page } = render({ alert: withDocument({ url }), alertUrl: null });
      expect(page).not.toContain('href=');
    },
  );

  it('stays under 100 kB and on its lines whatever the documents hold', () => {
    const monster = `Bank\r\nBcc: all@example.org\u0000\u202E${'長い'.repeat(50_000)}`;
    const documents = Array.from({ length: 9 }, () => ({
      ...firingAlert().documents[0]!,
      title: monster,
      sentence: monster,
      source: monster,
      url: `https://wire.example/${'x'.repeat(5_000)}`,
    }));
    const { html: page, text, subject } = render({ alert: firingAlert({ documents }) });
    expect(Buffer.byteLength(page)).toBeLessThan(100_000);
    expect(page).not.toContain('\u202E');
    expect(text).not.toMatch(/^Bcc:/m);
    expect(subject).not.toMatch(/[\r\n]/);
  });

  it('can be rendered without documents, days or a page', () => {
    const { html: page, text } = render({ alert: firingAlert({ documents: [] }), days: [], alertUrl: null });
    expect(page).toContain('None of the documents');
    expect(text).not.toContain('Open the alert');
  });
});

describe('html', () => {
  it('escapes any text and leaves its own markup alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { safeHtml } = html`<p title="${text}">${[html`<b>${text}</b>`]}</p>`;
        expect(
          safeHtml
            .replace(/&(amp|lt|gt|quot|#39);/g, '')
            .match(/[<>"']/g)
            ?.join(''),
        ).toBe('<""><></></>'.replace(/\//g, ''));
      }),
    );
  });

  it('makes one line of any text, never longer than asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 30 }), (text, max) => {
        const line = plainLine(text, max);
        expect(Array.from(line).length).toBeLessThanOrEqual(max);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('accepts http and https addresses alone', () => {
    expect(webLink('https://a.example/b?c="d"')).toBe('https://a.example/b?c=%22d%22');
    expect(webLink('HTTP://a.example')).toBe('http://a.example/');
    expect(webLink(' javascript:alert(1)')).toBeNull();
  });
});
