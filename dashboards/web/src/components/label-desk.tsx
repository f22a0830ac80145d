import { useEffect, useRef } from 'preact/hooks';

import type { LabelTask, LabelValue } from '../../../../pipeline/core/label.js';
import { useApp } from '../app.js';
import { formatNumber, formatShare } from '../format.js';
import { currentQuestion, VALUE_KEYS } from '../label-session.js';
import { DeskProblem, LabellerField, VALUE_WORDS } from './label-parts.js';
import { Foreign, Time } from './parts.js';

/** Labelling: texts one by one without what any model or person says of them; a key or a button for each answer. */
export function LabelDesk() {
  const { desk } = useApp();
  useKeys();
  const stage = desk.stage.value;
  return (
    <article class="label-desk">
      {stage === 'start' && <Start />}
      {stage === 'labelling' && <Labelling />}
      {stage === 'deciding' && <Deciding />}
      {stage === 'done' && <Done />}
      <DeskProblem />
    </article>
  );
}

/** Letters answer as long as nobody writes in a field. */
function useKeys(): void {
  const { desk } = useApp();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const stage = desk.stage.peek();
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
      if (stage !== 'labelling' && stage !== 'deciding') return;
      const key = event.key.toLowerCase();
      const value = VALUE_KEYS[key];
      if (value !== undefined) void desk.answer(value);
      else if (key === 'b' && stage === 'labelling') desk.back();
      else if (key === 'q') void desk.finish();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [desk]);
}

function Start() {
  const { desk, t } = useApp();
  const nameless = desk.labeller.value.trim() === '' || desk.busy.value;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!nameless) void desk.begin('labelling');
      }}
    >
      <h2>{t('labelTexts')}</h2>
      <p class="lead">{t('labelQuestion')}</p>
      <p>{t('labelRules')}</p>
      <LabellerField />
      <label class="field">
        {t('language')}
        <select
          value={desk.language.value}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            desk.language.value = chosen === 'en' || chosen === 'zh' ? chosen : 'all';
          }}
        >
          <option value="all">{t('allLanguages')}</option>
          <option value="en">English</option>
          <option value="zh">中文</option>
        </select>
      </label>
      <label class="field check">
        <input
          type="checkbox"
          checked={desk.onlySeconds.value}
          onChange={(event) => (desk.onlySeconds.value = event.currentTarget.checked)}
        />
        {t('onlySeconds')}
      </label>
      <p class="actions">
        <button type="submit" class="main" disabled={nameless}>
          {t('begin')}
        </button>
        <button type="button" disabled={nameless} onClick={() => void desk.begin('deciding')}>
          {t('decideDisputes')}
        </button>
      </p>
    </form>
  );
}

function Labelling() {
  const { desk, t } = useApp();
  const session = desk.session.value;
  const current = currentQuestion(session);
  if (current === null) return <Nothing words={t('nothingToLabel')} />;
  const { task, question } = current;
  return (
    <>
      <LabelText task={task} place={`${session.at + 1} / ${session.tasks.length}`} />
      <Answers
        question={question.instrument === '' ? t('wholeText') : `${question.name} (${question.instrument})`}
        company={question.instrument !== ''}
      />
      <p class="actions">
        <button type="button" disabled={session.at + session.answers.length === 0} onClick={desk.back}>
          {t('oneBack')} <kbd>B</kbd>
        </button>
        <button type="button" onClick={() => void desk.finish()}>
          {t('finish')} <kbd>Q</kbd>
        </button>
      </p>
    </>
  );
}

function Deciding() {
  const { desk, t } = useApp();
  const [dispute] = desk.disputes.value;
  if (dispute === undefined) return <Nothing words={t('noDisputes')} />;
  const { task, instrument, said } = dispute;
  const name = task.companies.find((company) => company.instrument === instrument)?.name ?? instrument;
  return (
    <>
      <LabelText task={task} place={`${t('stillDisputed')} ${desk.disputes.value.length}`} />
      <ul class="said">
        {said.map(({ author, value }) => (
          <li key={author}>
            <Foreign text={author} />: <b>{t(VALUE_WORDS[value])}</b>
          </li>
        ))}
      </ul>
      <Answers
        question={instrument === '' ? t('wholeText') : `${name} (${instrument})`}
        company={instrument !== ''}
      />
      <p class="actions">
        <button type="button" onClick={() => void desk.finish()}>
          {t('finish')} <kbd>Q</kbd>
        </button>
      </p>
    </>
  );
}

/** The focus goes to each new text, so that it is read out and stands in sight. */
function LabelText({ task, place }: { readonly task: LabelTask; readonly place: string }) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), [task.documentId]);
  const [title, ...lines] = task.text.split('\n');
  return (
    <section class="label-text">
      <p class="hint">
        {place} · <Foreign text={task.source} /> · <Time iso={task.publishedAt} />
      </p>
      <h2 ref={head} tabIndex={-1} lang={task.language}>
        <Foreign text={title ?? ''} />
      </h2>
      <p class="text" lang={task.language}>
        <Foreign text={lines.join('\n')} />
      </p>
    </section>
  );
}

const TONES: Readonly<Partial<Record<LabelValue, string>>> = {
  negative: '▼ ',
  neutral: '◆ ',
  positive: '▲ ',
};

function Answers({ question, company }: { readonly question: string; readonly company: boolean }) {
  const { desk, t } = useApp();
  const keys = Object.entries(VALUE_KEYS).filter(([, value]) => company || value !== 'wrong_entity');
  return (
    <fieldset class="label-answers" disabled={desk.busy.value}>
      <legend aria-live="polite">
        <Foreign text={question} />
      </legend>
      {keys.map(([key, value]) => (
        <button key={key} type="button" aria-keyshortcuts={key} onClick={() => void desk.answer(value)}>
          <span class={TONES[value] === undefined ? undefined : value}>
            <span aria-hidden="true">{TONES[value]}</span>
            {t(VALUE_WORDS[value])}
          </span>{' '}
          <kbd>{key.toUpperCase()}</kbd>
        </button>
      ))}
    </fieldset>
  );
}

function Nothing({ words }: { readonly words: string }) {
  const { desk, t } = useApp();
  return (
    <>
      <p class="hint">{words}</p>
      <p class="actions">
        <button type="button" onClick={() => void desk.finish()}>
          {t('finish')}
        </button>
      </p>
    </>
  );
}

/** How far it has come and how well people agree: only now, so that it leads nobody. */
function Done() {
  const { desk, t } = useApp();
  const progress = desk.progress.value;
  if (progress === null) return null;
  const figure = progress.figure === null ? t('noData') : formatNumber(progress.figure);
  return (
    <>
      <div role="status">
        <h2>
          {t('thanks')} {t('keptNow')} {desk.kept.value}
        </h2>
      </div>
      <dl class="facts">
        <dt>{t('labelledByMe')}</dt>
        <dd>{progress.mine}</dd>
        <dt>{t('labelledItems')}</dt>
        <dd>{progress.items}</dd>
        <dt>{t('doublyLabelled')}</dt>
        <dd>{progress.doublyLabelled}</dd>
        <dt>{t('agreement')}</dt>
        <dd>{figure}</dd>
        {progress.pairs.slice(0, 10).map(({ people, items, same, kappa }) => (
          <>
            <dt key={`${people.join()} who`}>
              <Foreign text={people.join(' · ')} />
            </dt>
            <dd key={people.join()}>
              κ {kappa === null ? t('noData') : formatNumber(kappa)} · {formatShare(same)} {t('same')} ·{' '}
              {items}
            </dd>
          </>
        ))}
        <dt>{t('stillDisputed')}</dt>
        <dd>{progress.disputed}</dd>
      </dl>
      {progress.problem !== null && <p class="hint">{t('labelsDoNotTrain')}</p>}
      <LabellerField />
      <p class="actions">
        <button type="button" class="main" onClick={() => void desk.begin('labelling')}>
          {t('goOn')}
        </button>
        {progress.disputed > 0 && (
          <button type="button" onClick={() => void desk.begin('deciding')}>
            {t('decideDisputes')}
          </button>
        )}
      </p>
    </>
  );
}
