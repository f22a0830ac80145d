import type { NameEntry, NameHit } from './find-names.js';

/**
 * Words right behind a Latin name that make it the name of another house: a broker, a fund manager, an arm with its own
 * name. Words that also begin a headline's next part ("Capital Raise", "Securities Fraud") are told apart by what follows.
 */
const ARMS = new RegExp(
  `^(?:['’]s)? (${[
    'Securities(?! (?:Fraud|Class|Litigation|Lawsuits?|Suit|Filings?|Laws?|Violations?|Regulators?|Commission|and Exchange|& Exchange)\\b)',
    'Capital(?: Markets?| Partners| Advisors| Management| Ltd| Limited)?(?! (?:Raise|Raising|Plans?|Needs?|Increase|Expenditures?|Ratios?|Buffers?|Spending|Structure|Returns?|Adequacy|Base|Infusion|Calls?|Hike|Requirements?|Gains?|Goods|Costs?|Levels?|Position|Injection|Strength|Markets? Day)\\b)',
    'AMC\\b',
    'MF\\b',
    'Mutual Funds?',
    '[Ff]und(?! ?-?(?:[Rr]ais|[Ii]nfus|[Mm]anag|[Cc]runch|[Nn]eed))',
    'Asset Management(?! Company)',
    'Private (?:Wealth|Equity)',
    'Wealth Management',
    'Broking',
    'Stock Broking',
    'Commodities(?! Trad)',
    'Finvest',
    'Trusteeship',
    'Videsh',
    'Foundation',
    'University',
  ].join('|')})(?![\\w-])`,
);

/** The same behind a Chinese name; what only begins so (证券市场, 贷款, 地产业务) is none. */
const ARMS_ZH =
  /^(?:证券(?!市场|交易|投资|部|业务|化|商|板块|股|监|时报|报)|资管(?!业务|产品|计划)|资产管理(?!业务|规模|计划|产品)|贷(?!款|出|后|前)|地产(?!业务|板块|项目|商|股|行业|开发|业)|置业|影业|物业(?!管理|费|板块|业务)|信托(?!计划|业务|产品)|小贷|商管|[(（][\u4e00-\u9fff]{2,4}[)）](?:资产管理|证券|投资|基金|期货|租赁|小额贷款))/;

/** 融创服务跌近6%: a listed sister that manages houses; 服务 alone is what any company offers. */
const SERVICE_SISTER_ZH = /^服务(?=[跌涨、，,；;（(:：]|$)/;

/** "Micron-sized", "Micron-thick", "Apple-flavoured": the word as a measure or a thing. */
const COMPOUND =
  /^-(?:sized?|scale|thick|thin|wide|level|long|flavou?red|shaped|coloured|colored|scented)(?![\w-])/i;

/** Given names before a company's name: a person is meant (Ajay Piramal, Ronald Gillette, Michael Dell). */
const GIVEN_NAMES: ReadonlySet<string> = new Set(
  `adi aditya ajay alan alexander amit anand andrew anil anita anna anthony arun ashok barbara benjamin bill bob brian
  carl carlos carol charles charlotte chris christian christopher claire cynthia daniel david deepak dennis diana donald
  dorothy doug douglas edward elizabeth emily emma enzo eric ernest ferdinand francis frank fred frederick gary george
  gerald gordon greg gregory harold harrison harry helen henry howard hugh ian isaac jack jacob james jane jason jean
  jeff jeffrey jennifer jessica jim joan joe john johnny jonathan joseph joshua julia julian karen karl kate katherine
  keith kelly ken kenneth kevin kim kumar larry laura lawrence lee leonard linda lisa louis louise luke manish margaret
  maria mark martha martin mary matthew melissa michael michelle mike mukesh nancy naresh naveen neil nicholas nick nicole oliver
  oscar pamela patricia patrick paul peter philip rachel rahul rajesh rajiv rakesh ralph ramesh randy ratan raymond rebecca
  richard rick robert robin roger ronald rose roy rupert russell ruth ryan sam samuel sandra sanjay sarah scott sean sharon
  shiv simon soichiro stella stephanie stephen steve steven sunil suresh susan ted teresa terry thomas tim timothy tom tony
  venu vijay vikram vincent virginia vivek walter warren wayne wendy werner william wolfgang
  mr mrs ms sir madam`
    .trim()
    .split(/\s+/),
);

/** An exchange as the place where shares trade: "up 3% on BSE", "listed on Nasdaq", "the BSE 500", "BSE's SME platform". */
const TRADING_PLACE = /\b(?:on|via) (?:the )?$/i;
const EXCHANGE_INDEX =
  /^(?: \d{2,4}|(?:['’]s)? (?:sensex|mid-?caps?|small-?caps?|sme|index|indices|benchmark|composite|platform|filings?))\b/i;

/**
 * True when the words around a name make it part of another name, or a mere place: an arm of its own ("HDFC Securities",
 * 瑞银证券), a conglomerate ("Reliance Group" beside Reliance Industries), a person, an exchange as the place of trading.
 * A company whose own names go on like that keeps its link. Looks at most 64 units to each side.
 */
export function namesSomethingElse(text: string, hit: NameHit, entry: NameEntry): boolean {
  const after = text.slice(hit.end, hit.end + 64);
  if (hit.chinese) return isChineseArm(text.slice(hit.start, hit.end), after, entry);
  const before = text.slice(Math.max(0, hit.start - 64), hit.start);
  return (
    isArm(after, entry) ||
    COMPOUND.test(after) ||
    (entry.family && !entry.text.includes(' ') && /^ [Gg]roup(?![\w'’])/.test(after)) ||
    isPerson(before, entry) ||
    (entry.exchange && (TRADING_PLACE.test(before) || EXCHANGE_INDEX.test(after)))
  );
}

function isArm(after: string, entry: NameEntry): boolean {
  const arm = ARMS.exec(after)?.[1];
  return arm !== undefined && !goesOnLike(entry, ` ${arm}`);
}

function isChineseArm(written: string, after: string, entry: NameEntry): boolean {
  const arm = ARMS_ZH.exec(after)?.[0];
  if (arm !== undefined) return !isOwnTrade(arm, written, entry) && !goesOnLike(entry, arm);
  return entry.instrument.sector === 'real_estate' && SERVICE_SISTER_ZH.test(after);
}

/** 国泰君安证券 is what the broker 国泰君安 is called in full, and a typing slip doubles the word (东方证券证券). */
function isOwnTrade(arm: string, written: string, { instrument, ambiguous }: NameEntry): boolean {
  const broker = instrument.country === 'CN' && instrument.sector === 'financials' && !ambiguous;
  return written.endsWith(arm) || (broker && arm === '证券');
}

/** One word behind a given name that is no part of the company's own name ("John Deere"). */
function isPerson(before: string, entry: NameEntry): boolean {
  if (entry.text.includes(' ')) return false;
  const given = /(?:^|[^\p{L}\p{N}@#_-])(\p{Lu}\p{Ll}{1,11})\.? $/u.exec(before)?.[1];
  if (given === undefined || !GIVEN_NAMES.has(given.toLowerCase())) return false;
  return !entry.instrument.names.some(({ text }) => text.startsWith(`${given} `));
}

function goesOnLike(entry: NameEntry, more: string): boolean {
  return entry.instrument.names.some(({ text }) => text.startsWith(entry.text + more));
}
