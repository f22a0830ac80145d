import { HEADLINE_WORDS } from './headline-words.js';

/**
 * Frequent small words and word parts of the news, by language in Latin letters; a word may stand in several lists and
 * then counts a share for each.
 */
const COMMON_WORDS: Readonly<Record<string, string>> = {
  en: `the of to and in a is for on that with as at by from it its be are was has have will this after over
    up down not says said new than but more his their you your we they an or about into amid shares stock
    stocks market profit sales raises cuts falls rises beats misses earnings report reports quarter year bank
    ceo deal buy sell price growth what why how out off would could if all just now here today i me my no do
    does did don so when us him he she who which per cent come go going get got em one man men more time
    long short over under puts calls oil gold rate rates china data top real per global plus sector line
    am pm can may were been had our any some other also while before during between against through`,
  de: `der die das und den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er
    hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor
    zur bis mehr durch gegen vom aktie aktien gewinn umsatz kurs jahr unternehmen deutlich steigt fällt
    sinkt trotz wegen prozent milliarden millionen euro börse will kein keine neue neuen ihre seine`,
  fr: `le la les de des du et en un une que qui dans pour pas sur au aux avec plus par est son se sa ses ce
    cette ont été mais ou leur entre après sont fait bénéfice entreprise marché hausse baisse année selon
    chez vers sous ne il elle nous vous ces été son contre malgré milliards millions banque actions chute
    recule bondit groupe annonce qu`,
  es: `el la los las de del y en un una que por con para se no su al lo como más pero sus le ha este sí porque
    esta entre cuando muy sin sobre también hasta hay donde desde todo durante acciones beneficio empresa ventas
    sube suben cae caen bolsa millones mil ganancias banco tras ante según año mercado es son fue ser`,
  it: `il lo la gli le di del della dei delle e in un una che per con non si da al sono come ha anche più ma
    nel nella dal alla questo stato dopo utile ricavi azioni mercato società anno titolo i su ai dalla tra
    borsa miliardi milioni banca calo rialzo sale scende crolla conti trimestre dell nell sull`,
  pt: `o a os as de do da dos das e em um uma que por com para se não no na mais como mas foi ao ele seu sua
    ou ser quando muito há nos já está também pelo pela até lucro ações empresa mercado ano vendas sobe cai
    caem bilhões milhões banco após bolsa são alta queda são diz tem sem entre aos às`,
  nl: `de het een en van in is dat op te zijn met voor niet aan er om ook als dan maar bij nog uit naar heeft
    hij worden door over ze wordt tot je meer geen winst omzet aandelen jaar bedrijf beurs aandeel daalt
    stijgt miljard miljoen procent na tegen onder`,
  pl: `i w z na do się nie że jest to o jak ale po przez dla od za są już tym oraz ze ich co przy był była
    akcje spółki zysk wzrost spadek rynku roku mld banku firmy złotych giełda kwartale`,
  tr: `ve bir bu için ile da de olarak olan daha en gibi çok ne kadar sonra göre ise değil yüzde milyar milyon
    hisse hisseleri şirket banka kâr borsa düştü yükseldi arttı azaldı yılında`,
  id: `yang dan di dari untuk dengan pada ini itu ke tidak dalam akan adalah oleh juga tahun saham laba
    perusahaan bank persen naik turun miliar triliun juta telah karena setelah sebesar`,
  vi: `và của là có cho không được trong với các một những đã năm để tại từ đồng tỷ triệu tăng giảm cổ phiếu
    công ty ngân hàng lợi nhuận thị trường sau khi`,
  sv: `och att det som en på är av för med den till inte om ett har men var från efter vid kan aktien aktier
    vinst bolaget procent miljarder miljoner året börsen stiger faller`,
};

/** For each word the languages that use it, and the weight of its vote: 1 shared among them. */
export const WORD_VOTES: ReadonlyMap<string, readonly string[]> = indexWords();

/** Letters that say much about the language of a word in Latin letters. */
export const TELLING_LETTERS: readonly (readonly [language: string, letters: RegExp])[] = [
  ['de', /[äöüß]/],
  ['fr', /[èêëàâçîïôûœé]/],
  ['es', /[ñ¿¡áéíóú]/],
  ['pt', /[ãõçáéíóúâêô]/],
  ['it', /[àèìòù]/],
  ['pl', /[ąćęłńśźż]/],
  ['tr', /[ğışçöü]/],
  ['vi', /[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/],
  ['sv', /[åäö]/],
  ['da', /[æøå]/],
  ['no', /[æøå]/],
  ['fi', /ää|öö|yö|[äö]/],
  ['cs', /[ěřůčšžýď]/],
  ['hu', /[őű]/],
  ['ro', /[ășțţ]/],
];

function indexWords(): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, Set<string>>();
  for (const [language, words] of [...Object.entries(COMMON_WORDS), ...Object.entries(HEADLINE_WORDS)]) {
    for (const word of words.trim().split(/\s+/)) {
      const languages = index.get(word) ?? new Set<string>();
      index.set(word, languages.add(language));
    }
  }
  return new Map([...index].map(([word, languages]) => [word, [...languages]]));
}
