import type { RawDocument } from '../core/document.js';
import {
  documentText,
  isJudged,
  type Certainty,
  type Mention,
  type ModelVersion,
  type Ruled,
  type Sentiment,
  type TopicScore,
} from '../core/scored.js';
import { extractNumbers, type NumberMention } from '../operators/extract-numbers.js';
import { scoreSentiment } from '../operators/score-sentiment.js';
import type { LinkedDocument } from '../operators/understand-document.js';
import type { Understanding } from './understanding.js';

export interface TextToClassify {
  readonly text: string;
  readonly title?: string | null;
  /** ISO 8601; names and tickers mean what they meant then. */
  readonly publishedAt: string;
  readonly tickers?: readonly string[];
  readonly language?: string | null;
}

/** What `bellwether classify` prints for one text. */
export interface ClassifiedText {
  readonly text: string;
  readonly language: string;
  readonly model: ModelVersion;
  /** What is kept beside the document; where `classified` is false a guess, and no answer. */
  readonly sentiment: Sentiment;
  /** As the store has it of each mention: false where the text abstains, and then it stands in no mean and moves no alert. */
  readonly classified: boolean;
  /** By the words that mark opinions and rumours; `fact` where nothing does. */
  readonly certainty?: Certainty;
  readonly topics: readonly TopicScore[];
  readonly mentions: readonly Mention[];
  /** The figures of the text with unit, currency and direction. */
  readonly numbers: readonly NumberMention[];
  /** How foreign its words are to finance texts, 0 … 1; `foreign` among the flags says that the model abstains. */
  readonly foreignness: number;
  readonly flags: readonly string[];
  /** What expert rules decided over the model; absent where none did. */
  readonly ruled?: Ruled;
}

/** Scores texts as the service would, without storing them; answers in order. */
export async function classifyTexts(
  inputs: readonly TextToClassify[],
  understanding: Understanding,
): Promise<readonly ClassifiedText[]> {
  const linked = inputs.map((input, offset) => toLinked(input, offset, understanding));
  const scored = await scoreSentiment(linked, { ...understanding, now: () => 0 });
  return scored.flatMap((message, index) => {
    if (message.kind !== 'scored') return [];
    const { scored } = message;
    const { language, model, sentiment, topics, mentions, foreignness = 0, flags, certainty, ruled } = scored;
    const text = linked[index]?.text ?? '';
    return [
      {
        text,
        language,
        model,
        sentiment,
        classified: isJudged(scored),
        ...(certainty === undefined ? {} : { certainty }),
        topics,
        mentions,
        numbers: extractNumbers(text),
        foreignness,
        flags,
        ...(ruled === undefined ? {} : { ruled }),
      },
    ];
  });
}

function toLinked(input: TextToClassify, offset: number, understanding: Understanding): LinkedDocument {
  const title = input.title ?? null;
  const text = documentText({ title, text: input.text });
  const detected = understanding.describeLanguage(text, input.language ?? null);
  const { language } = detected;
  const tickers = input.tickers ?? [];
  const links = understanding.link({ text, language, tickers, publishedAt: input.publishedAt, kind: 'news' });
  const document: RawDocument = {
    id: '',
    contentHash: '',
    action: 'add',
    source: { id: 'command-line', kind: 'news', name: 'Command line', licence: null, credibility: 1 },
    nativeId: String(offset),
    url: null,
    title,
    text: input.text,
    language: null,
    author: null,
    publishedAt: input.publishedAt,
    precision: 'ms',
    modifiedAt: null,
    receivedAt: input.publishedAt,
    tickers,
    extra: {},
  };
  const flags = understanding.flag(document, text, detected);
  const certainty = understanding.tellCertainty?.(text);
  return {
    kind: 'linked',
    raw: { partition: 0, offset },
    appendedAt: 0,
    bytes: 0,
    document,
    text,
    language,
    links,
    storyId: '',
    flags,
    ...(certainty === undefined ? {} : { certainty }),
  };
}
