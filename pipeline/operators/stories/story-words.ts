import { hashText } from './hash-text.js';
import { FACTS_ZH, STOP_ZH, WORDS_ZH } from './story-words-zh.js';

/**
 * What a word or phrase means to the comparison of two texts.
 *
 * `stop`: says nothing, and is left out. `fact`: a direction, a denial, a date: two texts of one story never differ in it.
 * `word`: anything else; what stands for the same has one name.
 */
export interface WordMeaning {
  readonly role: 'stop' | 'fact' | 'word';
  /** Of the name that it shares with all that means the same. */
  readonly hash: number;
  readonly denies: boolean;
}

export interface Phrase extends WordMeaning {
  readonly text: string;
}

const STOP_EN = `a an the of to in on at for by with as its it is was are were be been has have had that this these those from and
  will would said says say saying tells told adds added according which who their his her there inc corp co ltd plc llc company
  companies corporation limited incorporated firm sharply slightly strongly further again also now just still very quite
  significantly however meanwhile recently today reportedly latest s t`;

/** Words of one direction count as one; words of different directions never do. */
const FACTS_EN: Readonly<Record<string, string>> = {
  UP: `up rise rises rose risen rising gain gains gained gaining climb climbs climbed climbing jump jumps jumped jumping surge surges
    surged surging soar soars soared soaring advance advances advanced increase increases increased increasing higher grew grow grows
    growing growth rally rallies rallied rebound rebounds rebounded`,
  DOWN: `down fall falls fell fallen falling drop drops dropped dropping decline declines declined declining decrease decreases decreased
    lower slip slips slipped slipping slide slides slid sliding slump slumps slumped slumping plunge plunges plunged plunging tumble
    tumbles tumbled tumbling sink sinks sank sinking dip dips dipped shrink shrinks shrank retreat retreats retreated plummet plummets
    plummeted`,
  RAISE: 'raise raises raised raising lift lifts lifted hike hikes hiked boost boosts boosted',
  CUT: 'cut cuts cutting reduce reduces reduced reducing trim trims trimmed slash slashes slashed lowers lowered lowering',
  BEAT: 'beat beats beating exceed exceeds exceeded tops topped topping surpass surpasses surpassed',
  MISS: 'miss misses missed missing',
  ABOVE: 'above over',
  BELOW: 'below under',
  BUY: 'buy buys bought buying acquire acquires acquired acquiring purchase purchases purchased',
  SELL: 'sell sells sold selling divest divests divested offload offloads offloaded',
  UPGRADE: 'upgrade upgrades upgraded',
  DOWNGRADE: 'downgrade downgrades downgraded',
  APPROVE: 'approve approves approved approval clears cleared',
  BLOCK: 'block blocks blocked reject rejects rejected rejection',
  WIN: 'win wins won winning',
  LOSE: 'lose loses lost losing',
  PROFIT: 'profit profits profitable',
  LOSS: 'loss losses',
  APPOINT: 'appoint appoints appointed names hires hired',
  RESIGN: 'resign resigns resigned quits leaves departs ousts ousted fires fired',
  OPEN: 'open opens opened opening reopens',
  CLOSE: 'close closes closed closing shut shuts shutting',
  START: 'start starts started begin begins began launch launches launched',
  STOP: 'stop stops stopped halt halts halted suspend suspends suspended scrap scraps scrapped cancel cancels cancelled canceled ends',
  RESUME: 'resume resumes resumed',
  MORE: 'more',
  LESS: 'less fewer',
  BEST: 'best record highest',
  WORST: 'worst lowest',
  STRONG: 'strong stronger better improves improved',
  WEAK: 'weak weaker worse worsens worsened',
  BULLISH: 'bullish overweight outperform positive',
  BEARISH: 'bearish underweight underperform negative',
  CONFIRM: 'confirm confirms confirmed',
  EXPAND: 'expand expands expanded',
  DENY: 'deny denies denied denying false untrue hoax dismiss dismisses dismissed refute refutes refuted',
  NOT: 'not no never without cannot nor neither unlikely unable fail fails failed unchanged',
  MAY: 'may might could considers considering weighs mulls possible rumored rumoured',
  MON: 'monday mon',
  TUE: 'tuesday tue tues',
  WED: 'wednesday wed',
  THU: 'thursday thu thurs',
  FRI: 'friday fri',
  SAT: 'saturday',
  SUN: 'sunday',
  JAN: 'january jan',
  FEB: 'february feb',
  MAR: 'march',
  APR: 'april apr',
  JUN: 'june jun',
  JUL: 'july jul',
  AUG: 'august aug',
  SEP: 'september sep sept',
  OCT: 'october oct',
  NOV: 'november nov',
  DEC: 'december dec',
  FIRST: 'first',
  SECOND: 'second',
  THIRD: 'third',
  FOURTH: 'fourth',
  HALF: 'half halves halved',
  DOUBLE: 'double doubles doubled',
  TRIPLE: 'triple triples tripled',
  // Named as the numeral is, so that both are one.
  '1': 'one',
  '2': 'two',
  '3': 'three',
  '4': 'four',
  '5': 'five',
  '6': 'six',
  '7': 'seven',
  '8': 'eight',
  '9': 'nine',
  '10': 'ten',
  '11': 'eleven',
  '12': 'twelve',
};

const WORDS_EN: Readonly<Record<string, string>> = {
  share: 'share shares stock stocks',
  outlook: 'forecast forecasts guidance outlook',
  estimate: 'estimate estimates expectations expectation consensus',
  revenue: 'revenue revenues sales turnover',
  staff: 'staff worker workers employee employees',
  probe: 'probe probes investigation inquiry enquiry investigate investigates',
  deal: 'deal agreement',
  plant: 'plant factory',
  suit: 'suit lawsuit',
  after: 'after following amid',
  quarter: 'quarter quarterly',
};

const DENIALS: readonly string[] = ['DENY', 'NOT'];

/** Meanings of single words of an alphabet, in lower case. */
export const WORD_MEANINGS: ReadonlyMap<string, WordMeaning> = new Map(
  phrases(STOP_EN, FACTS_EN, WORDS_EN).map((phrase) => [phrase.text, phrase]),
);

/** Bits of a spelling that `mayHaveMeaning` looks at. */
const SPELLING_BITS = 0x7fff;
const KNOWN_SPELLINGS = knownSpellings();

/** The spelling of a word is that of the word without its last unit, 0 before the first, and this unit. */
export function spell(spelling: number, unit: number): number {
  return (Math.imul(spelling, 31) + unit) | 0;
}

/**
 * False for the spelling of a word that `WORD_MEANINGS` does not know (a Bloom filter of one function): to cut each word out of a
 * text and look it up is a tenth of the cost of a sketch.
 */
export function mayHaveMeaning(spelling: number): boolean {
  return KNOWN_SPELLINGS[spelling & SPELLING_BITS] === 1;
}

/** What "n't" stands for. */
export const NEGATION: WordMeaning = { role: 'fact', hash: hashText('NOT'), denies: true };

/** Chinese phrases in simplified characters by their first unit, the longest first. */
export const PHRASES_BY_UNIT: ReadonlyMap<number, readonly Phrase[]> = byFirstUnit(
  phrases(STOP_ZH, FACTS_ZH, WORDS_ZH),
);

function phrases(
  stop: string,
  facts: Readonly<Record<string, string>>,
  words: Readonly<Record<string, string>>,
): readonly Phrase[] {
  const split = (list: string) => list.trim().split(/\s+/);
  const named = (role: 'fact' | 'word', groups: Readonly<Record<string, string>>) =>
    Object.entries(groups).flatMap(([name, list]) =>
      split(list).map((text) => ({ text, role, hash: hashText(name), denies: DENIALS.includes(name) })),
    );
  const stops = split(stop).map((text) => ({ text, role: 'stop' as const, hash: 0, denies: false }));
  return [...stops, ...named('word', words), ...named('fact', facts)];
}

function knownSpellings(): Uint8Array {
  const known = new Uint8Array(SPELLING_BITS + 1);
  for (const word of WORD_MEANINGS.keys()) {
    let spelling = 0;
    for (let i = 0; i < word.length; i++) spelling = spell(spelling, word.charCodeAt(i));
    known[spelling & SPELLING_BITS] = 1;
  }
  return known;
}

function byFirstUnit(list: readonly Phrase[]): ReadonlyMap<number, readonly Phrase[]> {
  const grouped = new Map<number, Phrase[]>();
  for (const phrase of list) {
    const unit = phrase.text.charCodeAt(0);
    grouped.set(unit, [...(grouped.get(unit) ?? []), phrase]);
  }
  for (const group of grouped.values()) group.sort((a, b) => b.text.length - a.text.length);
  return grouped;
}
