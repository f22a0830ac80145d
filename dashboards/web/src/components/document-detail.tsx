import type { DocumentAnswer } from '../../../api/wire.js';
import { useApp } from '../app.js';
import { describeModel, formatCount, formatShare, formatSigned, safeText, TONE_SHAPES } from '../format.js';
import { remarkWords } from '../reason-words.js';
import { splitMarks, strongestWords } from '../split-marks.js';
import type { StringKey } from '../strings.js';
import { DOCUMENT_MARKS, Legend } from './legend.js';
import { Answer, CertaintyMark, Foreign, OutLink, Polarity, Probabilities, Time } from './parts.js';

type Document = DocumentAnswer['data'];

const ORIGINS = {
  name: 'viaName',
  cashtag: 'viaCashtag',
  provider: 'viaProvider',
} as const satisfies Readonly<Record<Document['mentions'][number]['via'][number], StringKey>>;

/** One document: its text with the telling sentence marked, its scores, and the way to its source. */
export function DocumentDetail() {
  const { answers } = useApp();
  return (
    <Answer loaded={answers.document.state.value}>
      {(answer) => <DocumentBody document={answer.data} />}
    </Answer>
  );
}

function DocumentBody({ document }: { readonly document: Document }) {
  const { t } = useApp();
  return (
    <article class="document">
      {document.action === 'retract' && <p class="notice">{t('retractedLong')}</p>}
      {document.action !== 'retract' && document.version > 1 && (
        <p class="notice">
          {t('correctedLong')} {document.version}.
        </p>
      )}
      <DrivenBy story={document.story} />
      <Decided ruled={document.ruled} />
      {document.flags.includes('foreign') && (
        <p class="notice">{t(document.flags.includes('unclassified') ? 'foreignAbstains' : 'foreignLong')}</p>
      )}
      <MarkedText document={document} />
      <p class="hint">
        <CertaintyMark certainty={document.certainty} /> {t('markedSentence')}
        {document.explanation !== null && <> {t('markedWords')}</>}
      </p>
      <ToldWords explanation={document.explanation} />
      <p>
        <OutLink url={document.url}>{t('openSource')}</OutLink>
      </p>
      <h3>{t('wholeDocument')}</h3>
      <Polarity value={document.sentiment.polarity} />
      <Probabilities {...document.sentiment} />
      <ModelAlone scores={document.ruled?.model} decided={document.sentiment} />
      <Mentions document={document} />
      <Facts document={document} />
      <Legend marks={DOCUMENT_MARKS} />
    </article>
  );
}

/** Few accounts made the story look large: what a desk must know before it acts. */
function DrivenBy({ story }: Pick<Document, 'story'>) {
  const { t } = useApp();
  const accounts = story?.guard.drivenBy ?? null;
  if (accounts === null) return null;
  return (
    <p class="notice">
      {t('drivenBy')} {accounts} {t(accounts === 1 ? 'drivenByAccount' : 'drivenByAccounts')}
    </p>
  );
}

/** Who decided over the model, and why: it stands before the text, so that nobody takes the score for the model's. */
function Decided({ ruled }: { readonly ruled: Document['ruled'] | undefined }) {
  const { t } = useApp();
  if (ruled === undefined) return null;
  return (
    <div class="notice ruled">
      {ruled.rules.map(({ id, version, reason }) => (
        <p key={id}>
          {t('decidedByRule')}{' '}
          <b>
            <Foreign text={id} /> {version}
          </b>
          : <Foreign text={reason} />
        </p>
      ))}
    </div>
  );
}

/** What the model had said before a rule decided; nothing where it said the same. */
function ModelAlone(props: { readonly scores: Scores | undefined; readonly decided: Scores }) {
  const { t } = useApp();
  const { scores, decided } = props;
  if (scores === undefined || (scores.negative === decided.negative && scores.positive === decided.positive))
    return null;
  return (
    <p class="hint model-alone">
      {t('modelAlone')}: ▼ {t('negative')} {formatShare(scores.negative)} · ◆ {t('neutral')}{' '}
      {formatShare(scores.neutral)} · ▲ {t('positive')} {formatShare(scores.positive)}
    </p>
  );
}

type Scores = Pick<Document['sentiment'], 'negative' | 'neutral' | 'positive'>;

function Story({ story }: { readonly story: NonNullable<Document['story']> }) {
  const { t } = useApp();
  return (
    <>
      <dt>{t('storySpread')}</dt>
      <dd>
        {t('firstTold')} <Foreign text={story.firstSource.name} /> <Time iso={story.firstAt} /> ·{' '}
        {formatCount(story.copies)} {t('copies')} · {formatCount(story.outlets)} {t('outlets')} ·{' '}
        {formatCount(story.authors)} {t('accounts')} · {t('novelty')} {formatShare(story.novelty)}
      </dd>
    </>
  );
}

function MarkedText({ document }: { readonly document: Document }) {
  const { view, t } = useApp();
  const chosen = view.value.series.replace(/^instrument:/, '');
  const own = document.mentions.filter((mention) => mention.instrument === chosen);
  const mentions = own.length > 0 ? own : document.mentions;
  const segments = splitMarks(safeText(document.fullText), {
    sentence: document.sentence,
    mentions: mentions.flatMap((mention) => mention.spans),
    words: strongestWords(document.explanation?.words ?? []),
  });
  return (
    <div class="text" lang={document.language} dir="auto">
      {segments.map((segment, index) => {
        const words = segment.mention ? <u class="mention">{segment.text}</u> : segment.text;
        const told =
          segment.tone === null ? (
            words
          ) : (
            <b class={`told ${segment.tone}`} title={t(TONES[segment.tone])}>
              {words}
              {segment.wordEnd && (
                <span class="tone" aria-hidden="true">
                  {TONE_SHAPES[segment.tone]}
                </span>
              )}
            </b>
          );
        return segment.sentence ? <mark key={index}>{told}</mark> : <span key={index}>{told}</span>;
      })}
    </div>
  );
}

const TONES = { negative: 'speaksForBad', positive: 'speaksForGood' } as const;

/** The words behind the score with their figures, for those who cannot or would not rely on marks. */
function ToldWords({ explanation }: Pick<Document, 'explanation'>) {
  const { t } = useApp();
  const words = strongestWords(explanation?.words ?? []);
  if (explanation === null || words.length === 0) return null;
  return (
    <p class="hint told-words">
      {t(explanation.method === 'exact' ? 'toldWords' : 'toldWordsEstimated')}{' '}
      {words.map(({ word, span, contribution }, index) => (
        <span key={span[0]}>
          {index > 0 && ' · '}
          <span aria-hidden="true">{TONE_SHAPES[contribution > 0 ? 'negative' : 'positive']}</span>{' '}
          <Foreign text={word} language={explanation.language} /> {formatSigned(contribution)}
        </span>
      ))}
    </p>
  );
}

function Mentions({ document }: { readonly document: Document }) {
  const { navigate, named, t } = useApp();
  if (document.mentions.length === 0) return null;
  return (
    <>
      <h3>{t('mentions')}</h3>
      <ul class="mentions">
        {document.mentions.map((mention) => (
          <li key={mention.instrument}>
            <button
              type="button"
              onClick={() =>
                navigate({ series: `instrument:${mention.instrument}`, document: null, window: null })
              }
            >
              <Foreign text={named(mention)} /> <small>{mention.instrument}</small>
            </button>
            <Polarity value={mention.polarity} />
            <span class="hint">
              {t('relevance')} {formatShare(mention.relevance)} ·{' '}
              {mention.via.map((origin) => t(ORIGINS[origin])).join(', ')}
            </span>
            <Probabilities {...mention} />
            <ModelAlone
              scores={document.ruled?.model.mentions.find(
                ({ instrument }) => instrument === mention.instrument,
              )}
              decided={mention}
            />
          </li>
        ))}
      </ul>
    </>
  );
}

function Facts({ document }: { readonly document: Document }) {
  const { language, t } = useApp();
  const topics = document.topics.map(
    (topic) => `${language.value === 'zh' ? topic.nameZh : topic.name} ${formatShare(topic.probability)}`,
  );
  return (
    <dl class="facts">
      <dt>{t('topics')}</dt>
      <dd>{topics.join(' · ')}</dd>
      <dt>{t('source')}</dt>
      <dd>
        <Foreign text={document.source.name} /> ({document.source.kind})
      </dd>
      {document.story !== null && <Story story={document.story} />}
      <dt>{t('published')}</dt>
      <dd>
        <Time iso={document.publishedAt} />
      </dd>
      <dt>{t('received')}</dt>
      <dd>
        <Time iso={document.receivedAt} />
      </dd>
      <dt>{t('language')}</dt>
      <dd>{document.language}</dd>
      <dt>{t('version')}</dt>
      <dd>{document.version}</dd>
      {document.foreignness !== undefined && (
        <>
          <dt>{t('foreignness')}</dt>
          <dd>{formatShare(document.foreignness)}</dd>
        </>
      )}
      {document.flags.length > 0 && (
        <>
          <dt>{t('flags')}</dt>
          <dd>{document.flags.map((flag) => remarkWords(flag, language.value)).join(' ')}</dd>
        </>
      )}
      <dt>{t('model')}</dt>
      <dd>{describeModel(document.model)}</dd>
    </dl>
  );
}
