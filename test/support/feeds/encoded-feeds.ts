import type { CorpusFile } from './corpus.js';
import { encodeText } from './encode-text.js';

/** Headlines of our own; long enough to tell the language by. */
export const HEADLINES = {
  simplified:
    '阿德摩尔公司今天下调全年盈利预期，称海外市场的需求不如去年。分析师说，这家公司的现金还够用两年，但是股价已经在下跌，投资者都在等报告。',
  traditional:
    '阿德摩爾公司今天下調全年獲利預期，稱海外市場的需求不如去年。分析師說，這家公司的現金還夠用兩年，但是股價已經在下跌，投資者都在等報告。',
  japanese:
    'アルダームーアは本日、通期の利益予想を下方修正した。海外での需要が去年より弱く、株価は下がっているが、現金はまだ十分にあるという。',
  korean:
    '알더무어는 오늘 올해 이익 전망을 낮추고 해외 시장의 수요가 지난해보다 약하다고 밝혔다. 이 회사의 주가는 하락하고 있으나 현금은 아직 충분하다고 한다.',
  russian:
    'Компания Алдермур сегодня понизила прогноз прибыли на год: спрос за рубежом слабее, чем год назад. Акции падают, но денег у компании хватит ещё на два года.',
  western:
    'Société Aldermoor réduit sa prévision de bénéfice : la demande à l’étranger a baissé, déclare-t-elle. Größere Verluste würden für Aktionäre schmerzhaft; señales débiles.',
  greek: 'Η εταιρεία μειώνει την πρόβλεψη κερδών για φέτος.',
  polish: 'Spółka obniża prognozę zysku, ponieważ popyt słabnie; źródła mówią o żółtej kartce.',
  turkish: 'Şirket bu yılın kâr beklentisini düşürdü, ağır koşullar sürüyor.',
} as const;

const CASES: readonly (readonly [string, keyof typeof HEADLINES, boolean])[] = [
  // Encoding, language, and whether a reader can tell it without a declaration.
  ['utf-8', 'simplified', true],
  ['utf-16le', 'simplified', true],
  ['utf-16be', 'japanese', true],
  ['utf-32le', 'korean', true],
  ['utf-32be', 'russian', true],
  ['gbk', 'simplified', true],
  ['gb2312', 'simplified', true],
  ['gb18030', 'simplified', true],
  ['big5', 'traditional', true],
  ['shift_jis', 'japanese', true],
  ['euc-jp', 'japanese', true],
  ['euc-kr', 'korean', true],
  ['windows-1251', 'russian', true],
  ['koi8-r', 'russian', true],
  ['windows-1252', 'western', true],
  ['windows-1253', 'greek', false],
  ['windows-1250', 'polish', false],
  ['iso-8859-2', 'polish', false],
  ['windows-1254', 'turkish', false],
  ['iso-8859-9', 'turkish', false],
];

export interface EncodedFeed extends CorpusFile {
  readonly encoding: string;
  readonly headline: string;
}

function feed(headline: string, declared: string | null): string {
  const declaration = declared === null ? '' : `<?xml version="1.0" encoding="${declared}"?>\n`;
  const item = (number: number) =>
    `<item><title>${headline}</title><link>https://wire.example/${number}</link></item>`;
  return `${declaration}<rss version="2.0"><channel><title>W</title>${item(1)}${item(2)}</channel></rss>`;
}

/** Two items in each encoding: declared, undeclared where that can be told, with a mark, and with a wrong claim. */
export function encodedFeeds(): readonly EncodedFeed[] {
  return CASES.flatMap(([encoding, language, tellable]) => {
    const headline = HEADLINES[language];
    const make = (how: string, text: string, kind: 'sound' | 'broken'): EncodedFeed => ({
      name: `encoded-${encoding}-${how}`,
      kind,
      bytes: encodeText(text, encoding),
      items: 2,
      encoding,
      headline,
    });
    const unicode = encoding.startsWith('utf');
    const files = [make('declared', feed(headline, encoding.toUpperCase()), 'sound')];
    if (tellable) files.push(make('undeclared', feed(headline, null), unicode ? 'sound' : 'broken'));
    if (unicode) files.push(make('mark', `\ufeff${feed(headline, null)}`, 'sound'));
    if (tellable) files.push(make('claims-utf-8', feed(headline, 'utf-8'), unicode ? 'sound' : 'broken'));
    return files;
  });
}
