import { maskPersonalData } from '../../ingest/parse/mask-personal-data.js';
import { readableText } from '../../ingest/parse/readable-text.js';
import { createLexicon } from '../../models/lexicon/lexicon.js';
import { createSentenceSplitter } from '../../models/text/split-sentences.js';
import { describeLanguage } from '../../pipeline/operators/detect-language.js';
import { extractNumbers } from '../../pipeline/operators/extract-numbers.js';
import { storyIdOf } from '../../pipeline/operators/fingerprint-story.js';
import { flagDocument } from '../../pipeline/operators/flag-document.js';
import { normaliseWithOffsets } from '../../pipeline/operators/normalise-text.js';
import { loadUnderstanding } from './tick.js';

/** What each step of reading costs a document, in microseconds of computing (not of waiting): the best of six rounds of 2,000 different texts. */
const ENGLISH =
  'Aldermoor Bank said on Monday that quarterly profit fell 3.2% to $1.2 billion as bad loans rose, and that it was not in breach of its covenants. Shares lost a tenth of their value after trading resumed — the sharpest fall since March 2020 — while analysts at Brightwater cut their price target to $45 from $60.';
const CHINESE =
  '远山银行公告称，前三季度净利润同比下降5%至20亿元，不良贷款率上升0.3个百分点，但未触发任何条款。公司股价盘中一度下跌8.5%，为2020年3月以来最大跌幅，多家券商将目标价由60元下调至45元。';
const PAGE = `<nav>${'<a href="/x">Markets</a> '.repeat(60)}</nav><article>${`<p>${ENGLISH}</p>`.repeat(8)}</article>`;
const TIMES = {
  publishedAt: '2026-03-01T09:00:00Z',
  receivedAt: '2026-03-01T09:00:01Z',
  action: 'add',
} as const;
const split = createSentenceSplitter();
const lexicon = createLexicon();
const { classifier, link } = await loadUnderstanding();

const STEPS: Readonly<Record<string, (text: string, language: string) => unknown>> = {
  language: (text) => describeLanguage(text, null),
  normalise: (text) => normaliseWithOffsets(text),
  flags: (text, language) => flagDocument(TIMES, text, { language, mixed: false }),
  sentences: (text, language) => split(text, language),
  'story, normalising too': (text) => storyIdOf(null, text),
  'link, normalising too': (text, language) =>
    link({ text, language, tickers: [], publishedAt: TIMES.publishedAt, kind: 'news' }),
  'lexicon (in ngram)': (text, language) => lexicon.read(text, language === 'zh' ? 'zh' : 'en'),
  'ngram, the text alone': (text, language) => classifier.classify([{ text, language }]),
  'numbers (classify, stories)': (text) => extractNumbers(text),
  'mask (customers)': (text) => maskPersonalData(text),
};

function microseconds(step: (text: string) => unknown, text: string, count: number): string {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 6; round += 1) {
    const started = process.cpuUsage();
    for (let index = 0; index < count; index += 1) step(`${text} ${index}`);
    const { user, system } = process.cpuUsage(started);
    best = Math.min(best, (user + system) / count);
  }
  return best.toFixed(1).padStart(8);
}

process.stdout.write(`${''.padEnd(28)}      en      zh  microseconds a document of 300 and 100 characters\n`);
for (const [name, step] of Object.entries(STEPS)) {
  const english = microseconds((text) => step(text, 'en'), ENGLISH, 2_000);
  const chinese = microseconds((text) => step(text, 'zh'), CHINESE, 2_000);
  process.stdout.write(`${name.padEnd(28)}${english}${chinese}\n`);
}
process.stdout.write(`${'readable text of 4 kB'.padEnd(28)}${microseconds(readableText, PAGE, 200)}\n`);
