import { expect, it } from 'vitest';

import { releaseList, type Checkout } from '../../../../../pipeline/app/release-list/release-list.js';

const ARTEFACT = {
  name: 'ngram',
  manifest: JSON.stringify({
    version: '0a1b',
    weights: { sha256: 'ff' },
    training: { sets: [{ key: 'tfns' }, { key: 'own' }] },
  }),
  card: '# ngram\n- **Version** `0a1b`',
  notice: '- tfns: MIT',
  hashes: new Map([['weights.bin', 'ff']]),
};
const SOUND: Checkout = {
  version: '1.2.0',
  lockVersion: '1.2.0',
  changelog: '# Changelog\n\n## 1.2.0 (2026-12-01)\n',
  figures: '# models\n\n## Figures on the dev parts\n\nMade on 2026-11-28.\n\n| set | ngram |\n\n## Limits\n',
  decisions: '## Decisions\n\n| | decision |\n|---|---|\n| D-001 | one |\n',
  defaultModel: 'ngram',
  unlicensed: [],
  artefacts: [ARTEFACT],
  artefactBytes: 4e6,
  historyBytes: 20e6,
  uncommitted: 0,
  licences: new Map([
    ['yaml', 'ISC'],
    ['dual', '(MIT OR GPL-2.0)'],
  ]),
};

it('has nothing against a sound checkout, and speaks for all four sides', () => {
  const lines = releaseList(SOUND);
  expect(lines.filter(({ problem }) => problem !== null)).toEqual([]);
  expect(new Set(lines.map(({ side }) => side))).toEqual(
    new Set(['data', 'algorithm', 'engineering', 'business']),
  );
});

const withArtefact = (
  changes: Partial<typeof ARTEFACT | { card: null; notice: null }>,
): Partial<Checkout> => ({
  artefacts: [{ ...ARTEFACT, ...changes }],
});

it.each<[string, Partial<Checkout>, RegExp]>([
  [
    'a default model that may not be shipped',
    { unlicensed: ['fpb'] },
    /may be shipped: ngram was trained on fpb/,
  ],
  ['a default model that does not say', { unlicensed: null }, /does not say what it was trained on/],
  ['a default model that is not there', { artefacts: [] }, /ngram has no artefact here/],
  ['an artefact without a notice', withArtefact({ notice: null }), /NOTICE.*: there is none/],
  ['a set that the notice does not name', withArtefact({ notice: 'MIT' }), /tfns are not in it/],
  ['an artefact without a card', withArtefact({ card: null }), /MODEL_CARD.md.*: there is none/],
  ['the card of another version', withArtefact({ card: 'Version 9' }), /does not name 0a1b/],
  ['a model.json that is cut off', withArtefact({ manifest: '{' }), /model.json states no hash/],
  [
    'other weights',
    withArtefact({ hashes: new Map([['weights.bin', 'ee']]) }),
    /weights.bin: missing or with another/,
  ],
  [
    'a file that nobody states',
    withArtefact({ hashes: new Map([...ARTEFACT.hashes, ['spare.onnx', 'aa']]) }),
    /spare.onnx: not stated/,
  ],
  ['figures without a day', { figures: '## Figures\n\n| set | ngram |\n' }, /figures.*: they have no day/],
  [
    'figures of another model',
    { figures: '## Figures of 2026-11-28\n\n| set | lexicon |\n' },
    /no table names ngram/,
  ],
  ['artefacts that are too large', { artefactBytes: 81e6 }, /80 MB: 81.0 MB/],
  ['a history that is too large', { historyBytes: 121e6 }, /120 MB: 121.0 MB/],
  ['what is not committed', { uncommitted: 3 }, /3 files are not/],
  ['no checkout', { historyBytes: null, uncommitted: null }, /no checkout/],
  ['a lock of another version', { lockVersion: '1.1.0' }, /1.2.0 and 1.1.0/],
  ['a licence that asks for more', { licences: new Map([['x', 'GPL-3.0']]) }, /x: GPL-3.0/],
  ['a package without a licence', { licences: new Map([['x', null]]) }, /x: not installed/],
  [
    'a version without its day',
    { changelog: '## 1.2.0 (unreleased)\n' },
    /"1.2.0 \(unreleased\)" has no day/,
  ],
  ['a version without a section', { changelog: '## 1.1.0\n' }, /no section "## 1.2.0"/],
  ['decisions that are gone', { decisions: '# Bellwether' }, /decisions: it has no/],
])('finds %s', (_, changes, problem) => {
  const found = releaseList({ ...SOUND, ...changes }).filter((each) => each.problem !== null);
  expect(found.map((each) => `${each.line}: ${String(each.problem)}`).join('\n')).toMatch(problem);
});
