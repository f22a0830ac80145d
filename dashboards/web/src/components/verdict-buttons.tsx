import { useSignal } from '@preact/signals';

import type { Verdict } from '../../../api/wire.js';
import { useApp } from '../app.js';
import type { StringKey } from '../strings.js';

interface Choice {
  readonly verdict: Verdict;
  readonly sentiment?: 'neutral' | 'positive';
  readonly words: StringKey;
}

const CHOICES: readonly Choice[] = [
  { verdict: 'right', words: 'verdictRight' },
  { verdict: 'wrong_model', sentiment: 'neutral', words: 'verdictNeutral' },
  { verdict: 'wrong_model', sentiment: 'positive', words: 'verdictPositive' },
  { verdict: 'wrong_company', words: 'verdictWrongCompany' },
  { verdict: 'not_news', words: 'verdictNotNews' },
];

/** What the reader says about a document of an alert; each is kept at once, and who presses another is heard with that. */
export function VerdictButtons(props: {
  readonly alertId: string;
  readonly documentId: string;
  readonly title: string;
  /** The alert is about one company, which may be the wrong one. */
  readonly company: boolean;
}) {
  const { desk, t } = useApp();
  const given = useSignal<StringKey | null>(null);
  const { alertId, documentId } = props;
  const nameless = desk.labeller.value.trim() === '';
  const give = async ({ words, verdict, sentiment }: Choice) => {
    const said = { documentId, verdict, ...(sentiment === undefined ? {} : { sentiment }) };
    if (await desk.giveVerdict(alertId, said)) given.value = words;
  };
  return (
    <div class="verdict" role="group" aria-label={`${t('verdict')}: ${props.title}`}>
      {CHOICES.filter(({ verdict }) => props.company || verdict !== 'wrong_company').map((choice) => (
        <button
          key={choice.words}
          type="button"
          aria-pressed={given.value === choice.words}
          disabled={nameless || desk.busy.value}
          onClick={() => void give(choice)}
        >
          {t(choice.words)}
        </button>
      ))}
      <span class="hint" role="status">
        {given.value === null ? '' : t('verdictKept')}
      </span>
    </div>
  );
}
