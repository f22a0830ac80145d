/** A text that judges and a training text that says nearly the same. */
export interface NearCopy {
  readonly text: string;
  /** The training set and its text. */
  readonly trained: string;
  readonly copy: string;
  /** Share of the shingles of both that both have, 0…1. */
  readonly similarity: number;
  /** They differ in names and numbers alone: who learnt the one knows the other. */
  readonly masked: boolean;
}

/** From this share of common shingles on (Jaccard's index) two texts are near copies. */
export const NEAR_COPY_BOUND = 0.6;
/** A shingle is so many words, or characters of Chinese, in a row. */
const SHINGLE_WORDS = 3;
const SHINGLE_CHARACTERS = 4;
/** A text of which less is left without names and numbers is like many others. */
const MIN_WORDS = 4;
const MIN_CHARACTERS = 6;

const NAME = '^';
const NUMBER = '0';
const HAN = /\p{Script=Han}/u;
/** A Chinese company: two characters and what kind of firm it is. Chinese has no capitals that would tell a name. */
const CHINESE_COMPANY =
  /\p{Script=Han}{2}(?:股份|集团|控股|科技|实业|银行|信托|证券|保险|铁路|航空|汽车|能源|电力|矿业|钢铁|化工|医药|药业|生物|电子|半导体|软件|网络|传媒|食品|乳业|酒业|零售|百货|地产|置业|建设|物流|重工|材料|公司)+/gu;
const TOKEN = /\^|\p{Script=Han}|\p{N}+(?:[.,:]\p{N}+)*|\p{L}[\p{L}\p{M}\p{N}'’&-]*/gu;

/**
 * The nearest training text of each text that has one at `NEAR_COPY_BOUND` or above, names and numbers masked; the nearest first.
 * In English every capitalised word counts as a name, that at the start of a sentence too. Texts with little left are not compared.
 *
 * Time: linear in the training texts. Memory: the shingles of the judged texts, and an object a training text.
 */
export function findNearCopies(
  texts: readonly string[],
  trained: readonly { readonly key: string; readonly texts: readonly string[] }[],
): readonly NearCopy[] {
  const judged = [...new Set(texts)].flatMap((text) => {
    const sketch = sketchOf(text);
    return sketch === null ? [] : [{ text, ...sketch }];
  });
  const holders = new Map<string, number[]>();
  for (const [index, { shingles }] of judged.entries())
    for (const shingle of shingles) holders.set(shingle, [...(holders.get(shingle) ?? []), index]);
  const nearest = new Map<number, NearCopy>();
  const taught = trained.flatMap((set) => set.texts.map((copy) => ({ trained: set.key, copy })));
  for (const each of taught)
    for (const [place, found] of copiesOf(each, judged, holders))
      if (isNearer(found, nearest.get(place))) nearest.set(place, found);
  return [...nearest.values()].sort((a, b) => Number(isNearer(b, a)) - Number(isNearer(a, b)));
}

/** The judged texts, by their place, that a training text nearly says. */
function copiesOf(
  taught: Pick<NearCopy, 'trained' | 'copy'>,
  judged: readonly (Sketch & { readonly text: string })[],
  holders: ReadonlyMap<string, readonly number[]>,
): readonly (readonly [place: number, found: NearCopy])[] {
  const sketch = sketchOf(taught.copy);
  if (sketch === null) return [];
  return Array.from(countCommon(sketch.shingles, holders)).flatMap(([place, common]) => {
    const own = judged[place];
    if (own === undefined) return [];
    const similarity = common / (own.shingles.size + sketch.shingles.size - common);
    if (similarity < NEAR_COPY_BOUND) return [];
    const masked = own.masked === sketch.masked;
    return [[place, { text: own.text, ...taught, similarity, masked }] as const];
  });
}

function isNearer(one: NearCopy, other: NearCopy | undefined): boolean {
  if (other === undefined) return true;
  if (one.masked !== other.masked) return one.masked;
  return one.similarity > other.similarity;
}

function countCommon(
  shingles: ReadonlySet<string>,
  holders: ReadonlyMap<string, readonly number[]>,
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const shingle of shingles)
    for (const index of holders.get(shingle) ?? []) counts.set(index, (counts.get(index) ?? 0) + 1);
  return counts;
}

interface Sketch {
  /** The words that are left, names and numbers as marks. */
  readonly masked: string;
  readonly shingles: ReadonlySet<string>;
}

function sketchOf(text: string): Sketch | null {
  const chinese = HAN.test(text);
  const tokens = maskedTokens(text);
  const kept = tokens.filter((token) => token !== NAME && token !== NUMBER).length;
  if (kept < (chinese ? MIN_CHARACTERS : MIN_WORDS)) return null;
  const length = chinese ? SHINGLE_CHARACTERS : SHINGLE_WORDS;
  const shingles = new Set<string>();
  for (let start = 0; start + length <= tokens.length; start += 1)
    shingles.add(tokens.slice(start, start + length).join(' '));
  return { masked: tokens.join(' '), shingles };
}

function maskedTokens(text: string): readonly string[] {
  const plain = text
    .normalize('NFKC')
    .replace(/https?:\S+/g, '')
    .replaceAll(NAME, ' ')
    .replace(CHINESE_COMPANY, NAME);
  const tokens = Array.from(plain.matchAll(TOKEN), ([token]) => {
    if (/^[\p{Lu}^]/u.test(token)) return NAME;
    return /^\p{N}/u.test(token) ? NUMBER : token.toLowerCase();
  });
  // A name of two words is one name.
  return tokens.filter((token, index) => token !== NAME || tokens[index - 1] !== NAME);
}
