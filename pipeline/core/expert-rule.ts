import type { AppliedRule, Sentiment, TopicScore } from './scored.js';
import type { SentimentLabel, TopicId } from './taxonomy.js';

/** When a rule fires: all that is given must hold. An empty list asks nothing. Words are compared without case and width. */
export interface RuleConditions {
  /** At least one of these words or phrases stands in the text. */
  readonly anyOf: readonly string[];
  readonly allOf: readonly string[];
  readonly noneOf: readonly string[];
  /** As `createLinearPattern` reads it. */
  readonly pattern: string | null;
  readonly languages: readonly string[];
  /** Ids of sources. */
  readonly sources: readonly string[];
  readonly sourceKinds: readonly string[];
  /** The document has one of these topics, by the model. */
  readonly topics: readonly TopicId[];
  /** One of these instruments is mentioned. */
  readonly instruments: readonly string[];
}

export type Probabilities = Readonly<Record<SentimentLabel, number>>;

/** What a rule does, in this order. */
export interface RuleEffect {
  /** These probabilities instead of the model's. */
  readonly set: Probabilities | null;
  /** No less (a floor: the other classes keep their proportion) and no more (a veto: what is taken away becomes neutral) than this. */
  readonly atLeast: Partial<Probabilities>;
  readonly atMost: Partial<Probabilities>;
  readonly addTopic: TopicId | null;
  /** The document counts as not understood: it is kept and shown, and in no series. */
  readonly abstain: boolean;
}

/** A text of the rule's own file that it must, or must not, fire for. */
export interface RuleTest {
  readonly text: string;
  readonly language: string;
  readonly source: string;
  readonly sourceKind: string;
  readonly topics: readonly TopicId[];
  readonly instruments: readonly string[];
  readonly publishedAt: string | null;
  readonly fires: boolean;
  /** What the model is taken to say, and the label that the rule makes of it; null to look at the firing alone. */
  readonly model: Probabilities | null;
  readonly label: SentimentLabel | null;
}

/** An expert's word against the model's, in the open: who, why, and until when. */
export interface ExpertRule {
  readonly id: string;
  readonly version: number;
  readonly author: string;
  /** A second person, or null. */
  readonly approvedBy: string | null;
  readonly reason: string;
  /** Documents published from this day on (UTC, YYYY-MM-DD) are not touched; null for ever. */
  readonly expires: string | null;
  readonly when: RuleConditions;
  readonly then: RuleEffect;
  readonly tests: readonly RuleTest[];
}

/** A text that rules may be about: a document, or the sentences that name one of its instruments. */
export interface RuleSubject {
  readonly text: string;
  readonly language: string;
  readonly source: { readonly id: string; readonly kind: string };
  /** ISO 8601. */
  readonly publishedAt: string;
  readonly topics: readonly TopicScore[];
  readonly instruments: readonly string[];
  readonly sentiment: Sentiment;
}

/** What rules made of an answer. */
export interface RuledAnswer {
  readonly sentiment: Sentiment;
  readonly topics: readonly TopicScore[];
  readonly abstain: boolean;
  /** Whether probabilities were set outright: then the model's silence no longer counts. */
  readonly decided: boolean;
  /** In the order of the rules. */
  readonly applied: readonly AppliedRule[];
}

/** Rules that are in force. Equal subjects get equal answers. */
export interface ExpertRuleSet {
  /** Changes with any rule; empty without rules. Rows carry it behind the model's version. */
  readonly version: string;
  readonly rules: readonly ExpertRule[];
  /** False where no rule can fire for the document or any part of it, told by its words and its source. */
  mayFire(subject: Pick<RuleSubject, 'text' | 'language' | 'source' | 'publishedAt'>): boolean;
  /** Null when no rule fires. Later rules see what earlier ones made of the probabilities. */
  apply(subject: RuleSubject): RuledAnswer | null;
  /** The rules of now, whatever takes over meanwhile. Absent where they never change. */
  pinned?(): ExpertRuleSet;
}
