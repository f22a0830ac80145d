import type { Classification, Classifier, ClassifierInput, Explanation } from '../../pipeline/core/model.js';
import { READ_IN_PART, type ModelVersion } from '../../pipeline/core/scored.js';
import { chooseLanguage, type ModelLanguage } from '../choose-language.js';
import { textKind } from '../ngram/text-kind.js';
import { toSentiment } from '../to-sentiment.js';
import type { AnswerCache } from './answer-cache.js';
import { blend } from './blend.js';
import type { EncoderManifest } from './manifest.js';
import type { NetworkPool } from './runtime/network-pool.js';
import { toNetworkInput, type EncoderTokenizers } from './to-network-input.js';
import { toClassification } from './to-classification.js';

export interface EncoderParts {
  readonly model: ModelVersion;
  readonly manifest: EncoderManifest;
  readonly pool: NetworkPool;
  readonly tokenizers: EncoderTokenizers;
  readonly cache: AnswerCache;
  /** The models that serve the languages without a network, and topics where a network has none. */
  readonly ladder: ReadonlyMap<string, Classifier>;
  /** So many texts were known already. */
  readonly onCacheHits: (texts: number) => void;
}

/**
 * The classifier on networks that run in threads of their own.
 *
 * A text that the threads cannot answer is `unclassified` and `unanswered`: it is never lost and holds up nothing. Memory
 * here: the cache.
 */
export function createEncoderClassifier(parts: EncoderParts): Classifier {
  const classify = (inputs: readonly ClassifierInput[]) => classifyAll(inputs, parts);
  return {
    model: parts.model,
    classify,
    explain: (input) => explain(input, parts),
    async close() {
      await parts.pool.close();
      for (const classifier of parts.ladder.values()) await classifier.close();
    },
  };
}

async function classifyAll(
  inputs: readonly ClassifierInput[],
  parts: EncoderParts,
): Promise<readonly Classification[]> {
  // Equal texts of one call are asked once.
  const asked = new Map<string, Promise<Classification>>();
  let known = 0;
  const answers = inputs.map((input) => {
    const key = keyOf(input);
    const cached = parts.cache.get(key);
    if (cached !== undefined) {
      known += 1;
      return Promise.resolve(cached);
    }
    const pending = asked.get(key) ?? classifyOne(input, key, parts);
    asked.set(key, pending);
    return pending;
  });
  if (known > 0) parts.onCacheHits(known);
  return Promise.all(answers);
}

/** Everything that the answer depends on. */
function keyOf({ text, language, mentions = [] }: ClassifierInput): string {
  return `${JSON.stringify([language, mentions])} ${text}`;
}

async function classifyOne(
  input: ClassifierInput,
  key: string,
  parts: EncoderParts,
): Promise<Classification> {
  const language = chooseLanguage(input.language, input.text);
  if (language === null || !/[\p{L}\p{N}\p{S}]/u.test(input.text)) return UNREADABLE;
  const served = parts.manifest.languages[language];
  if ('ladder' in served) return askLadder(served.ladder, input, parts);
  const { cut, ...read } = toNetworkInput(input, served, parts.tokenizers);
  const output = await parts.pool.ask(language, read);
  if (output === null) return { ...UNREADABLE, unanswered: true };
  if (!output.sentiment.every(Number.isFinite)) return UNREADABLE;
  const answer: Classification = {
    ...toClassification(output, served, { kind: textKind(input.text), topics: parts.manifest.topics }),
    flags: cut ? [READ_IN_PART] : [],
  };
  // The answer is kept for all who ask about the text, so it has topics even if this one does not look at them.
  const { text, language: told } = input;
  const ask = (name: string) => askLadder(name, { text, language: told }, parts);
  const blended =
    served.blend === undefined ? answer : blend(answer, await ask(served.blend.ladder), served.blend);
  const whole =
    served.foreign === undefined
      ? blended
      : { ...blended, topics: (await ask(served.foreign.topics)).topics };
  parts.cache.set(key, whole);
  return whole;
}

async function askLadder(
  name: string,
  input: ClassifierInput,
  { ladder }: EncoderParts,
): Promise<Classification> {
  const [answer] = (await ladder.get(name)?.classify([input])) ?? [];
  return answer ?? UNREADABLE;
}

/** Most texts that nothing can be said about are neutral. */
const UNREADABLE: Classification = {
  sentiment: toSentiment([0.15, 0.7, 0.15]),
  topics: [{ topic: 'other', probability: 1 }],
  flags: ['unclassified'],
};

/** A network's sums say nothing of words. */
async function explain(input: ClassifierInput, parts: EncoderParts): Promise<Explanation | null> {
  const language: ModelLanguage | null = chooseLanguage(input.language, input.text);
  if (language === null) return null;
  const served = parts.manifest.languages[language];
  if (!('ladder' in served)) return null;
  return (await parts.ladder.get(served.ladder)?.explain(input)) ?? null;
}
