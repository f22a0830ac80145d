/** Only so much of a long text is looked at: the language is clear by then. */
const SAMPLE_UNITS = 4_000;

/** Frequent small words and word parts of the news, by language; a word may stand in several lists. */
const COMMON_WORDS: Readonly<Record<string, string>> = {
  en: `the of to and in a is for on that with as at by from it its be are was has have will this after over
    up down not says said new than but more his their you your we they an or about into amid shares stock
    stocks market profit sales raises cuts falls rises beats misses earnings report reports quarter year bank
    ceo deal buy sell price growth what why how out off would could if all just now here today`,
  de: `der die das und den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er
    hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor
    zur bis mehr durch gegen vom aktie aktien gewinn umsatz kurs jahr unternehmen deutlich`,
  fr: `le la les de des du et en un une que qui dans pour pas sur au aux avec plus par est son se sa ses ce
    cette ont été mais ou leur entre après sont fait bénéfice entreprise marché hausse baisse année selon`,
  es: `el la los las de del y en un una que por con para se no su al lo como más pero sus le ha este sí porque
    esta entre cuando muy sin sobre también hasta hay donde desde todo durante acciones beneficio empresa ventas`,
  it: `il lo la gli le di del della dei delle e in un una che per con non si da al sono come ha anche più ma
    nel nella dal alla questo stato dopo utile ricavi azioni mercato società anno titolo`,
  pt: `o a os as de do da dos das e em um uma que por com para se não no na mais como mas foi ao ele seu sua
    ou ser quando muito há nos já está também pelo pela até lucro ações empresa mercado ano vendas`,
  nl: `de het een en van in is dat op te zijn met voor niet aan er om ook als dan maar bij nog uit naar heeft
    hij worden door over ze wordt tot je meer geen winst omzet aandelen jaar bedrijf beurs`,
};
const WORD_LANGUAGES = indexWords();

/** Scripts that are used by one language of the news, or mostly so. */
const SCRIPTS: readonly (readonly [code: string, from: number, to: number])[] = [
  ['ja', 0x3040, 0x30ff],
  ['ja', 0x31f0, 0x31ff],
  ['ko', 0xac00, 0xd7af],
  ['ko', 0x1100, 0x11ff],
  ['ko', 0x3130, 0x318f],
  ['zh', 0x4e00, 0x9fff],
  ['zh', 0x3400, 0x4dbf],
  ['ru', 0x0400, 0x052f],
  ['ar', 0x0600, 0x077f],
  ['he', 0x0590, 0x05ff],
  ['el', 0x0370, 0x03ff],
  ['th', 0x0e00, 0x0e7f],
  ['hi', 0x0900, 0x097f],
];

/**
 * The language of a text as ISO 639-1 code, or `und` when it does not show (tickers and links alone, one name).
 *
 * The script decides where it can, a vote of small words decides among languages in Latin letters. The
 * sender's hint only decides a vote without winner. Links, @users, hashtags and cashtags have no say. Linear; looks at the first
 * 4,000 units.
 */
export function detectLanguage(text: string, hint: string | null): string {
  const sample = text.slice(0, SAMPLE_UNITS).replace(/https?:\/\/\S+|[@#$][\w.]+/g, ' ');
  const counts = countScripts(sample);
  const script = leadingScript(counts);
  if (script !== 'latin') return script;
  return voteByWords(sample, normaliseHint(hint));
}

function countScripts(sample: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  let latinWords = 0;
  let inWord = false;
  for (let i = 0; i < sample.length; i++) {
    const code = sample.charCodeAt(i);
    const latin = isLatinLetter(code);
    if (latin && !inWord) latinWords += 1;
    inWord = latin;
    if (code < 0x370) continue;
    const script = SCRIPTS.find(([, from, to]) => code >= from && code <= to);
    if (script !== undefined) counts.set(script[0], (counts.get(script[0]) ?? 0) + 1);
  }
  // A Latin word says about as much as two characters of an ideographic script.
  counts.set('latin', latinWords * 2);
  return counts;
}

function leadingScript(counts: ReadonlyMap<string, number>): string {
  const count = (script: string): number => counts.get(script) ?? 0;
  const kana = count('ja');
  // Japanese mixes kana into characters that Chinese uses too; one の in a Chinese brand name is not Japanese.
  if (kana >= 2 && kana * 6 >= count('zh')) return kana + count('zh') >= count('latin') / 2 ? 'ja' : 'latin';
  const zh = count('zh');
  if (zh >= 2 && zh * 2 >= count('latin')) return zh >= count('ko') ? 'zh' : 'ko';
  let best = 'latin';
  for (const [script, n] of counts) {
    if (script !== 'zh' && script !== 'ja' && n > count(best)) best = script;
  }
  if (best === 'latin' && count('latin') === 0) return zh > 0 ? 'zh' : 'und';
  return best;
}

function voteByWords(sample: string, hint: string | null): string {
  const votes = new Map<string, number>();
  let words = 0;
  for (const match of sample.toLowerCase().matchAll(/[a-zà-öø-ÿœß]{1,24}/g)) {
    words += 1;
    for (const language of WORD_LANGUAGES.get(match[0]) ?? []) {
      votes.set(language, (votes.get(language) ?? 0) + 1);
    }
  }
  if (words === 0) return 'und';
  const ranked = [...votes].sort((a, b) => b[1] - a[1]);
  const [first, second] = ranked;
  if (first !== undefined && first[1] > (second?.[1] ?? 0) && isClear(first, words)) return first[0];
  if (hint !== null) return hint;
  // English headlines and posts often hold no small word at all ("Apple unveils iPhone"): plain ASCII words count as English.
  return englishIfAscii(sample, words);
}

/** Small words are a fifth of running text; one or two among many are names or abbreviations ("El Pollo Loco"). */
function isClear([language, count]: readonly [string, number], words: number): boolean {
  return language === 'en' || (count >= 2 && count * 5 >= words);
}

function englishIfAscii(sample: string, words: number): string {
  return words >= 3 && !/[à-öø-ÿœß]/i.test(sample) ? 'en' : 'und';
}

function normaliseHint(hint: string | null): string | null {
  const code = /^([a-z]{2})(?:[-_]|$)/i.exec(hint ?? '')?.[1]?.toLowerCase();
  return code ?? null;
}

function isLatinLetter(code: number): boolean {
  return (
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0xc0 && code <= 0x24f && code !== 0xd7)
  );
}

function indexWords(): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>();
  for (const [language, words] of Object.entries(COMMON_WORDS)) {
    for (const word of words.split(/\s+/)) {
      const languages = index.get(word) ?? [];
      languages.push(language);
      index.set(word, languages);
    }
  }
  return index;
}
