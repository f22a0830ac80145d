import type { CardFacts } from '../evaluation/card/model-card.js';
import { identityOf, type NgramManifest } from '../ngram/artefact.js';

/** What `trainNgram` knows for the card of its artefact: the run that trained it, and the dev parts. */
export function ngramCardFacts(manifest: NgramManifest): CardFacts {
  return {
    name: manifest.name,
    version: manifest.version,
    sha256: identityOf(manifest),
    bytes: manifest.weights.bytes,
    trainingSets: manifest.training.sets,
    facts: [['Seed', String(manifest.training.seed)]],
    tables: [
      {
        title: 'Figures on the dev parts',
        words:
          'None of these rows was trained on. Sets with two classes are judged with all three answers allowed.',
        head: [
          'set',
          'rows',
          'accuracy',
          'macro-F1',
          'ECE',
          'topic accuracy',
          'topic macro-F1',
          'Spearman of intensity',
        ],
        rows: Object.entries(manifest.dev).map(([set, row]) => [
          set,
          ...DEV_COLUMNS.map((column) => cell(row[column])),
        ]),
      },
    ],
  };
}

const DEV_COLUMNS = ['rows', 'accuracy', 'macroF1', 'ece', 'topicAccuracy', 'topicMacroF1', 'spearman'];

function cell(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : String(value);
}

/** The licences of what an artefact was trained on, as plain text. */
export function toNotice(manifest: NgramManifest): string {
  const sets = manifest.training.sets.map((set) => `- ${set.key}: ${set.licence}`).join('\n');
  return `${manifest.name}, version ${manifest.version}

The weights were trained on the sets below. No text of them is contained here. Licences as their sources state them:

${sets}
`;
}
