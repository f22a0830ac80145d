import { parseCik } from '../../core/cik.js';
import { isIsin } from '../../core/isin.js';
import { SECTOR_IDS, type SectorId } from '../../core/taxonomy.js';

/** One company of a desk's own list, as far as the list says. */
export interface DeskRow {
  /** Line (JSON lines) or row (CSV) in the file, from 1. */
  readonly number: number;
  readonly ticker: string | null;
  /** ISO 10383; null when the list names no exchange that is known. */
  readonly mic: string | null;
  readonly name: string | null;
  readonly nameZh: string | null;
  readonly isin: string | null;
  /** Number at the SEC, without leading zeros. */
  readonly cik: string | null;
  readonly sector: SectorId | null;
  readonly aliases: readonly string[];
  /** What in the row was left out, and why. */
  readonly remarks: readonly string[];
}

/** How desks and vendors call exchanges. */
const EXCHANGES: ReadonlyMap<string, string> = new Map([
  ['NYSE', 'XNYS'],
  ['NASDAQ', 'XNAS'],
  ['AMEX', 'XASE'],
  ['OTC', 'OTCM'],
  ['LSE', 'XLON'],
  ['LON', 'XLON'],
  ['XETRA', 'XETR'],
  ['ETR', 'XETR'],
  ['EPA', 'XPAR'],
  ['PARIS', 'XPAR'],
  ['AMS', 'XAMS'],
  ['BRU', 'XBRU'],
  ['SWX', 'XSWX'],
  ['SIX', 'XSWX'],
  ['MIL', 'XMIL'],
  ['BME', 'XMAD'],
  ['STO', 'XSTO'],
  ['CPH', 'XCSE'],
  ['HEL', 'XHEL'],
  ['OSL', 'XOSL'],
  ['SSE', 'XSHG'],
  ['SH', 'XSHG'],
  ['SZSE', 'XSHE'],
  ['SZ', 'XSHE'],
  ['HKEX', 'XHKG'],
  ['HK', 'XHKG'],
  ['NSE', 'XNSE'],
  ['NS', 'XNSE'],
  ['BSE', 'XBOM'],
  ['BO', 'XBOM'],
  ['TSE', 'XTKS'],
  ['KRX', 'XKRX'],
]);

const FIELDS = {
  ticker: ['ticker', 'symbol', 'code', '代码', '股票代码'],
  mic: ['mic', 'exchange', 'market', '交易所'],
  name: ['name', 'company', 'companyname', 'issuer', '名称', '公司名称'],
  nameZh: ['namezh', 'zhname', 'name_zh', 'chinesename', '中文名', '简称', '股票简称'],
  isin: ['isin'],
  cik: ['cik', 'ciknumber', 'cik_str'],
  sector: ['sector', '行业'],
  aliases: ['aliases', 'alias', 'names', 'zhaliases', '别名'],
} as const;

/** Longer names are no names; more aliases than this nobody keeps. */
const MAX_NAME = 120;
const MAX_ALIASES = 50;

/** Reads a row of any of the usual column names, in English or Chinese; never throws. */
export function toDeskRow(row: Readonly<Record<string, unknown>>, number: number): DeskRow {
  const cells = new Map(Object.entries(row).map(([key, value]) => [key.trim().toLowerCase(), value]));
  const remarks: string[] = [];
  const first = (field: keyof typeof FIELDS) => firstText(cells, FIELDS[field]);
  const exchange = first('mic');
  const mic = exchange === null ? null : toMic(exchange);
  if (exchange !== null && mic === null) remarks.push(`exchange "${exchange}" is not known; name its MIC`);
  const isin = first('isin')?.toUpperCase() ?? null;
  const goodIsin = isin !== null && isIsin(isin);
  if (isin !== null && !goodIsin) remarks.push(`ISIN ${isin} has a wrong form or check digit`);
  const givenCik = first('cik');
  const cik = givenCik === null ? null : parseCik(givenCik);
  if (givenCik !== null && cik === null)
    remarks.push(`CIK "${givenCik.slice(0, 20)}" is not a number of 1 to 10 digits`);
  const sector = SECTOR_IDS.find((id) => id === first('sector')) ?? null;
  return {
    number,
    ticker: toTicker(first('ticker'), mic, remarks),
    mic,
    name: first('name'),
    nameZh: first('nameZh'),
    isin: goodIsin ? isin : null,
    cik,
    sector,
    aliases: aliasesOf(cells),
    remarks,
  };
}

function toMic(exchange: string): string | null {
  const wanted = exchange.toUpperCase();
  return EXCHANGES.get(wanted) ?? (/^[A-Z0-9]{4}$/.test(wanted) ? wanted : null);
}

function toTicker(text: string | null, mic: string | null, remarks: string[]): string | null {
  if (text === null) return null;
  const upper = text.toUpperCase();
  const bare = upper.replace(/\.(?:SS|SH|SZ|HK|NS|BO)$/, '');
  const ticker = mic === 'XHKG' && /^\d+$/.test(bare) ? bare.replace(/^0+/, '').padStart(4, '0') : bare;
  if (/^[A-Z0-9][A-Z0-9.&-]{0,19}$/.test(ticker)) return ticker;
  remarks.push(`"${text.slice(0, 40)}" is no ticker`);
  return null;
}

function firstText(cells: ReadonlyMap<string, unknown>, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = cells.get(key);
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && text.trim() !== '') return text.toWellFormed().trim().slice(0, MAX_NAME);
  }
  return null;
}

/** A list in JSON, or one cell with `;` or `|` between the names. */
function aliasesOf(cells: ReadonlyMap<string, unknown>): readonly string[] {
  const found = FIELDS.aliases.flatMap((key): unknown[] => {
    const value = cells.get(key);
    if (Array.isArray(value)) return value;
    return typeof value === 'string' ? value.split(/[;|；]/) : [];
  });
  const names = found
    .filter((name): name is string => typeof name === 'string')
    .map((name) => name.toWellFormed().trim());
  return [...new Set(names)].filter((name) => name !== '' && name.length <= MAX_NAME).slice(0, MAX_ALIASES);
}
