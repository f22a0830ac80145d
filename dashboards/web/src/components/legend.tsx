import { useApp } from '../app.js';
import type { StringKey } from '../strings.js';

type Mark = readonly [mark: StringKey, meaning: StringKey];

const CERTAINTY: readonly Mark[] = [
  ['opinion', 'opinionLong'],
  ['rumour', 'rumourLong'],
];
/** What may stand beside a document of the list. */
export const LIST_MARKS: readonly Mark[] = [
  ...CERTAINTY,
  ['ruled', 'ruledLong'],
  ['foreign', 'foreignLong'],
  ['corrected', 'correctedMark'],
  ['retracted', 'retractedLong'],
];
/** What may stand beside a single document and its story. */
export const DOCUMENT_MARKS: readonly Mark[] = [
  ...CERTAINTY,
  ['novelty', 'noveltyLong'],
  ['drivenMark', 'drivenLong'],
  ['copies', 'copiesLong'],
  ['outlets', 'outletsLong'],
  ['relevance', 'relevanceLong'],
];

/** What the marks mean, for those who have no pointer to rest on them. */
export function Legend({ marks }: { readonly marks: readonly Mark[] }) {
  const { t } = useApp();
  return (
    <details class="marks">
      <summary>{t('legend')}</summary>
      <dl>
        {marks.map(([mark, meaning]) => (
          <div key={mark}>
            <dt>{t(mark)}</dt>
            <dd>{t(meaning)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
