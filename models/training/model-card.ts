import type { NgramManifest } from '../ngram/artefact.js';

/** The model card of an artefact, as Markdown. */
export function toModelCard(manifest: NgramManifest): string {
  const research = manifest.name.endsWith('-research');
  const labelled = manifest.training.sets.some(({ key }) => key === 'labels');
  return `# ${manifest.name}

Sentiment (${manifest.labels.join(', ')}) and topic (${manifest.topics.length}) of short English and Chinese finance texts.

- **Method**: hashed word (1, 2) and character n-grams (English 3–5 within words, Chinese 1–4) with the scores of the finance lexicon, multinomial
  logistic regression with L2 (AdaGrad, seed ${manifest.training.seed}), weights as signed bytes, temperature scaling by language and kind of text on a
  tenth of the train parts.
- **Version** \`${manifest.version}\`, SHA-256 of the weights \`${manifest.weights.sha256}\`, ${(manifest.weights.bytes / 1e6).toFixed(1)} MB.
- **Use**: ${labelled ? 'in the installation whose texts it learnt from; do not ship.' : research ? 'research only: some of its training sets are non-commercial or state no licence. Do not ship.' : 'may be shipped: every training set states a licence that allows it, or is our own.'}
- **Limits**: reads at most 4,000 characters; no irony, no world knowledge; the label is the tone for an investor, not a forecast.${
    research
      ? ''
      : '\n  No Chinese set with three classes may be shipped: Chinese rests on our own texts and the lexicon, and is weaker.'
  }

## Training sets

| set | rows | licence as stated |
|---|---|---|
${manifest.training.sets.map((set) => `| ${set.key} | ${set.rows} | ${set.licence} |`).join('\n')}

## Figures on the dev parts

None of these rows was trained on. Sets with two classes are judged with all three answers allowed.

| set | rows | accuracy | macro-F1 | ECE | topic accuracy | topic macro-F1 | Spearman of intensity |
|---|---|---|---|---|---|---|---|
${Object.entries(manifest.dev)
  .map(([set, row]) => `| ${[set, ...DEV_COLUMNS.map((column) => cell(row[column]))].join(' | ')} |`)
  .join('\n')}
`;
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
