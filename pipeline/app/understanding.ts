import { fileURLToPath } from 'node:url';

import type { Config } from '../../config/schema.js';
import { Secret } from '../../config/secret.js';
import { bundledInstrumentsPath, loadInstruments } from '../../config/reference.js';
import { loadClassifier, NO_OBSERVER, type LoadOptions } from '../../models/load-classifier.js';
import { createJudgeDomain } from '../../models/domain/foreignness.js';
import { loadDomainProfile } from '../../models/domain/load-profile.js';
import { isModelName } from '../../models/model-names.js';
import { explainByProbe, SERVED_TOKENS } from '../../models/explanation/explain-by-probe.js';
import { createRuleSet } from '../../models/rules/create-rule-set.js';
import { createSentenceSplitter } from '../../models/text/split-sentences.js';
import { decodeRawDocument } from '../log/codec.js';
import type { World } from '../core/document.js';
import { ConfigError } from '../core/errors.js';
import type { ExpertRule, ExpertRuleSet } from '../core/expert-rule.js';
import type { Instrument } from '../core/instrument.js';
import type { Classifier, SplitSentences } from '../core/model.js';
import type { ModelVersion, Span } from '../core/scored.js';
import type { EvidenceRow } from '../core/store.js';
import { documentText } from '../core/scored.js';
import { describeLanguage } from '../operators/detect-language.js';
import { explainText, type ExplainedText, type TextToExplain } from '../operators/explain-text.js';
import { flagDocument } from '../operators/flag-document.js';
import { findTellingSentence, type TellingInput } from '../operators/find-telling-sentence.js';
import { negativeWords } from '../operators/negative-words.js';
import type { ForeignDeps, ForeignHandling } from '../operators/judge-foreign.js';
import { normaliseWithOffsets } from '../operators/normalise-text.js';
import { storyIdOf } from '../operators/fingerprint-story.js';
import { tellCertainty } from '../operators/tell-certainty.js';
import { createLinker, type Linker } from '../operators/link-instruments.js';
import type { WeighContributions } from '../operators/resolve-versions.js';
import type { UnderstandDeps } from '../operators/understand-document.js';
import { weighContributions } from '../operators/weigh-contributions.js';
import { createSwitchableRules, withRules } from './expert-rules.js';
import { packageRoot } from './package-root.js';
import { createServingObserver, type ServiceObserver, type ServingObserver } from './serving-observer.js';
import { createSwitchableClassifier, type SwitchableClassifier } from './switchable-classifier.js';

/** Everything that reads text, built once; the service, the rehearsal and `classify` use the same. */
export interface Understanding extends Omit<UnderstandDeps, 'now'> {
  readonly classifier: Classifier;
  /**
   * Loads another model beside the one that serves, with the expert rules that shall decide over it; rejects as
   * `loadClassifier` does, and then nothing has changed.
   */
  prepareModel(models: ModelConfig, rules: readonly ExpertRule[]): Promise<PreparedModel>;
  readonly splitSentences: SplitSentences;
  readonly rules: ExpertRuleSet;
  readonly foreign: ForeignDeps;
  readonly linker: Linker;
  readonly instruments: readonly Instrument[];
  readonly weigh: WeighContributions;
  readonly findTellingSentence: (input: TellingInput) => Promise<Span | null>;
  /** Null when the model gives no answer. */
  readonly explain: (input: TextToExplain) => Promise<ExplainedText | null>;
  /** What an alert quotes of a document: the sentence that tells the bad news and the words that carried the score. */
  readonly tellEvidence: (
    row: EvidenceRow,
  ) => Promise<{ readonly sentence: string; readonly words: readonly string[] }>;
  close(): Promise<void>;
}

/** A model that is loaded and checked and serves nobody yet. */
export interface PreparedModel {
  readonly model: ModelVersion;
  /** It answers from now on, under its rules; resolves when the old one is closed. */
  commit(): Promise<void>;
  /** It is not wanted. */
  abandon(): Promise<void>;
}

/** What decides which model is loaded; its rules are given beside it, and neither who approved it nor who challenges it matters here. */
export interface ModelConfig extends Omit<
  Config['models'],
  'rules' | 'approval' | 'serve' | 'remote' | 'challenger' | 'challengerShare' | 'foreign'
> {
  /** Of the weights that must lie in the directory; left out, any may. */
  readonly sha256?: string;
  /** Left out: `abstain`. */
  readonly foreign?: ForeignHandling;
  /** The token may have been revealed before: a secret does not cross from one thread to another. */
  readonly remote?: Omit<Config['models']['remote'], 'token'> & { readonly token: Secret | string | null };
}

/** The models section, with the hash of the weights where they were trained or approved in this installation. */
export type InstalledModels = Config['models'] & Pick<ModelConfig, 'sha256'>;

/** The same as it can be handed to another thread. */
export function toThreadModels({ remote, ...models }: ModelConfig): ModelConfig {
  if (remote === undefined) return models;
  return { ...models, remote: { ...remote, token: revealed(remote.token) } };
}

function revealed(token: Secret | string | null): string | null {
  return token instanceof Secret ? token.reveal() : token;
}

export interface UnderstandingOptions {
  readonly world: World;
  readonly models: ModelConfig;
  /** Expert rules in force; left out, nobody decides over the model. */
  readonly rules?: readonly ExpertRule[];
  readonly languages: Config['languages'];
  readonly instrumentFiles: readonly string[];
  /** The model is asked now and then only: an encoder gets one worker on the CPU, and none while it has nothing to do. */
  readonly seldom?: boolean;
  readonly observer?: ServiceObserver;
}

/** Starting an encoder again costs half a second; keeping it, 150 MB. */
const SELDOM_IDLE_MS = 60_000;

/** Loads model and instruments. Fails with a ConfigError that names the file when one of them is missing or broken. */
export async function createUnderstanding(options: UnderstandingOptions): Promise<Understanding> {
  const rules = createSwitchableRules(createRuleSet(options.rules ?? []));
  const load = (models: ModelConfig, under: ExpertRuleSet) => loadUnder(models, under, options);
  const foreign = await loadForeign(options.models.foreign);
  let serving = await load(options.models, rules);
  serving.observed.serve();
  const classifier = createSwitchableClassifier(serving.classifier);
  const splitSentences = createSentenceSplitter();
  // Loads the language model now, not under the first documents.
  splitSentences('One sentence. Another one.', 'en');
  const instruments = await loadAllInstruments(options);
  const linker = createLinker(instruments);
  const find = (input: TellingInput) => findTellingSentence(input, { classifier, splitSentences });
  const explain = explainerOf(classifier, splitSentences);
  const sectorOf = (instrument: string) => linker.byId.get(instrument)?.sector ?? null;
  return {
    classifier,
    prepareModel: async (models, nextRules) => {
      const under = createRuleSet(nextRules);
      const next = await load(models, under);
      return {
        model: next.classifier.model,
        commit: () => {
          rules.switchTo(under);
          foreign.handling = models.foreign ?? 'abstain';
          serving.observed.retire();
          serving = next;
          next.observed.serve();
          return classifier.switchTo(next.classifier);
        },
        abandon: () => next.classifier.close(),
      };
    },
    splitSentences,
    rules,
    foreign,
    linker,
    instruments,
    decode: decodeRawDocument,
    describeLanguage,
    flag: flagDocument,
    normalise: normaliseWithOffsets,
    link: (input) => linker.link(input),
    storyIdOf,
    tellCertainty,
    languages: options.languages,
    weigh: (scored) => weighContributions(scored, { sectorOf }),
    findTellingSentence: find,
    explain,
    async tellEvidence(row) {
      const text = documentText(row);
      const span = await find({ text, language: row.language, spans: row.spans });
      const [start, end] = span ?? [0, text.length];
      const sentence = text.slice(start, end);
      // Of what is quoted: a word from further down would mark nothing that the reader sees.
      const explained = await explain({ text: sentence, language: row.language });
      const names = row.spans.map(([from, to]) => [from - start, to - start] as const);
      return { sentence, words: explained === null ? [] : negativeWords(explained, names) };
    },
    close: () => classifier.close(),
  };
}

const NOBODY: ServiceObserver = { ...NO_OBSERVER, serves: () => undefined };

interface LoadedModel {
  readonly classifier: Classifier;
  readonly observed: ServingObserver;
}

async function loadUnder(
  models: ModelConfig,
  rules: ExpertRuleSet,
  { seldom = false, observer = NOBODY }: Pick<UnderstandingOptions, 'seldom' | 'observer'>,
): Promise<LoadedModel> {
  const { encoder, ...named } = modelOptions(models);
  const observed = createServingObserver(observer);
  const loaded = await loadClassifier({
    ...named,
    encoder: seldom
      ? { ...encoder, device: encoder.device === 'tfjs' ? 'tfjs' : 'cpu', workers: 1 }
      : encoder,
    idleMs: seldom ? SELDOM_IDLE_MS : null,
    observer: observed.observer,
  });
  return { classifier: withRules(loaded, rules), observed };
}

function explainerOf(served: SwitchableClassifier, splitSentences: SplitSentences): Understanding['explain'] {
  return async (input) => {
    // One model gives the answer, weighs the words and is named.
    const classifier = served.pinned();
    try {
      return await explainText(input, {
        classifier,
        splitSentences,
        describeLanguage,
        explainByDeletion: (left) =>
          explainByProbe(left, (inputs) => classifier.classify(inputs), SERVED_TOKENS),
      });
    } finally {
      await classifier.close();
    }
  };
}

/** The profile comes with the program, wherever the models lie: no model brings one of its own. */
async function loadForeign(handling: ForeignHandling = 'abstain') {
  const judge = createJudgeDomain(await loadDomainProfile(packagedModels()));
  return { judge, handling };
}

function packagedModels(): string {
  return fileURLToPath(new URL('models/artifacts/', packageRoot()));
}

/** How the configured model is loaded. */
export function modelOptions({ sentiment, directory, sha256, encoder, remote }: ModelConfig): LoadOptions {
  if (!isModelName(sentiment)) throw new ConfigError('usage', `No model can be called "${sentiment}".`);
  return {
    name: sentiment,
    directory: directory ?? packagedModels(),
    sha256: sha256 ?? null,
    encoder,
    remote:
      remote === undefined || remote.urls.length === 0
        ? null
        : { ...remote, name: sentiment, token: revealed(remote.token) },
  };
}

/** The demo knows its invented companies only, and no other world knows them. */
export async function loadAllInstruments(
  options: Pick<UnderstandingOptions, 'world' | 'instrumentFiles'>,
): Promise<readonly Instrument[]> {
  if (options.world === 'demo') return loadInstruments(demoInstrumentsPath());
  return loadInstrumentLists(options.instrumentFiles);
}

/** The built-in list and further ones over it: an id that repeats means the later row. */
export async function loadInstrumentLists(files: readonly string[]): Promise<readonly Instrument[]> {
  const lists = await Promise.all([bundledInstrumentsPath(), ...files].map((file) => loadInstruments(file)));
  const byId = new Map(lists.flat().map((instrument) => [instrument.id, instrument]));
  return [...byId.values()];
}

export function demoInstrumentsPath(): string {
  return fileURLToPath(new URL('config/reference/demo-instruments.jsonl', packageRoot()));
}
