import {
  drawChange,
  drawDifferent,
  drawFigureText,
  signOf,
  toFigureText,
  written,
  type Amount,
  type Draw,
  type FigureText,
  type Measure,
} from './draw.js';

const FIRST =
  'Alvera Borgsund Calder Dorvane Ekholm Fenmark Granholt Halvorsen Ingelund Jarnvik Kestrel Lundmar Merrow Nordane Oakhurst Pellworm Quistgaard Ravensby Solberg Tarnfeld Ulvsby Varnholm Westlake Yarrow Zellwin'.split(
    ' ',
  );
const SECOND = [
  '',
  '',
  ' Group',
  ' Oyj',
  ' Plc',
  ' AB',
  ' Holding',
  ' Industries',
  ' Bank',
  ' Foods',
  ' Energy',
  ' Systems',
  ' Corporation',
  ' Ltd',
  ' SE',
  ' Inc.',
];
/** More of these is good. */
const GAINS = [
  'net sales',
  'net sales',
  'sales',
  'turnover',
  'revenue',
  'operating profit',
  'operating profit',
  'EBIT',
  'EBITDA',
  'pre-tax profit',
  'profit before taxes',
  'net profit',
  'profit for the period',
  'cash flow from operations',
  'cash flow from operating activities',
  'order intake',
  'the order backlog',
  'gross profit',
  'net interest income',
  'rental income',
  'comparable operating profit',
  'operating result',
  'exports',
];
const SHARES_OF = [
  'operating margin',
  'market share',
  'return on equity',
  'gross margin',
  'occupancy rate',
  'the load factor',
  'the equity ratio',
  'return on capital employed',
];
const COUNTS = [
  'passengers',
  'vehicles delivered',
  'subscribers',
  'tonnes sold',
  'apartments sold',
  'tractors delivered',
  'guest nights',
  'new policies',
];
/** More of these is bad. */
const COSTS = [
  'net debt',
  'credit losses',
  'impairment losses',
  'interest expenses',
  'operating expenses',
  'loan losses',
  'raw material costs',
  'non-performing loans',
];
const LOSSES = [
  'net loss',
  'operating loss',
  'pre-tax loss',
  'loss before taxes',
  'loss for the period',
  'loss from continuing operations',
];
const LEVELS = ['totalled', 'totaled', 'amounted to', 'stood at', 'was', 'came to', 'reached', 'came in at'];
const AGAINST = ['compared to', 'compared with', 'against', 'versus', 'as compared to', 'as against', 'vs'];
const EARLIER = [
  'a year earlier',
  'a year ago',
  'in the corresponding period a year earlier',
  'in the same period last year',
  'the year before',
  'in the comparison period',
  'in the previous year',
  'in the year-ago quarter',
  '',
];
const PERIODS = [
  'in the first quarter',
  'in the second quarter',
  'in the third quarter of 2011',
  'in the fourth quarter',
  'in January-September',
  'in the first half of the year',
  'in the financial year 2023',
  'in 2009',
  'for the six months to June',
  'in the period under review',
  'for 2024',
  'in Q3',
  'in April-June',
];
const UP = ['rose', 'increased', 'grew', 'climbed', 'went up', 'improved', 'was up'];
const DOWN = ['fell', 'decreased', 'declined', 'dropped', 'went down', 'contracted', 'was down'];
const NARROWED = ['narrowed', 'shrank', 'decreased', 'was reduced'];
const WIDENED = ['widened', 'grew', 'increased', 'deepened'];

const AMOUNTS: readonly Amount[] = [
  (value, decimals) => `EUR ${value.toFixed(decimals)} mn`,
  (value, decimals) => `EUR ${value.toFixed(decimals)} million`,
  (value, decimals) => `EUR${value.toFixed(decimals)}m`,
  (value, decimals) => `${value.toFixed(decimals)} million euros`,
  (value, decimals) => `MEUR ${value.toFixed(decimals)}`,
  (value, decimals) => `$${value.toFixed(decimals)} million`,
  (value, decimals) => `$${value.toFixed(decimals)} mln`,
  (value, decimals) => `£${value.toFixed(decimals)}m`,
  (value, decimals) => `SEK ${value.toFixed(decimals)} million`,
  (value, decimals) => `NOK ${value.toFixed(decimals)} mn`,
  (value, decimals) => `${value.toFixed(decimals)} mln euro`,
  (value, decimals) => `Rs ${value.toFixed(decimals)} crore`,
  (value, decimals) => `US$${value.toFixed(decimals)}bn`,
];
const percent: Amount = (value, decimals) => `${value.toFixed(decimals)} %`;
const perShare: Amount = (value) => `EUR ${value.toFixed(2)}`;
const count: Amount = (value) => Math.round(value * 100).toLocaleString('en');

function drawMeasure(draw: Draw): Measure {
  const kind = draw.random();
  if (kind < 0.1)
    return { name: draw.one(SHARES_OF), good: true, write: percent, change: drawChange(draw, 2, 60) };
  if (kind < 0.2) {
    const change = { ...drawChange(draw, 0.1, 6), decimals: 2 as const };
    return {
      name: draw.one(['earnings per share', 'EPS', 'the dividend per share']),
      good: true,
      write: perShare,
      change,
    };
  }
  if (kind < 0.25)
    return {
      name: `the number of ${draw.one(COUNTS)}`,
      good: true,
      write: count,
      change: drawChange(draw, 5, 900),
    };
  const good = kind < 0.8;
  return {
    name: draw.one(good ? GAINS : COSTS),
    good,
    write: draw.one(AMOUNTS),
    change: drawChange(draw, 0.3, 900),
  };
}

/** A sentence as reports have it, in which figures alone or figures and verbs tell the direction. */
export function drawEnglishFigureText(draw: Draw): FigureText {
  const company = draw.chance(0.55) ? draw.one(FIRST) + draw.one(SECOND) : null;
  return drawFigureText(draw, company, { compared, moved, losses, swung, level });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** “X's net sales” or “Net sales”. */
function subject(company: string | null, name: string): string {
  return company === null ? capital(name) : `${company}'s ${name.replace(/^the /, '')}`;
}

function tail(words: string): string {
  return words === '' ? '' : ` ${words}`;
}

function compared(draw: Draw, company: string | null): FigureText {
  const measure = drawDifferent(() => drawMeasure(draw));
  const { name, change } = measure;
  const { now, before } = written(measure);
  const period = draw.one(PERIODS);
  const who = subject(company, name);
  const text = draw.one([
    `${who} ${draw.one(LEVELS)} ${now} ${period}, ${draw.one(AGAINST)} ${before}${tail(draw.one(EARLIER))}.`,
    `${who} ${draw.one(LEVELS)} ${now}, ${draw.one(AGAINST)} ${before}${tail(draw.one(EARLIER))}.`,
    `${who} ${draw.one(LEVELS)} ${now} (${before}).`,
    `${who}: ${now} (${before})`,
    `${capital(period)}, ${company === null ? name : who} ${draw.one(LEVELS)} ${now}, ${draw.one(AGAINST)} ${before}${tail(draw.one(EARLIER))}.`,
    `A year earlier ${company === null ? name : who} had been ${before}; it is now ${now}.`,
    `${company ?? 'The company'} reported ${name.replace(/^the /, '')} of ${now} ${period}, ${draw.one(AGAINST)} ${before}${tail(draw.one(EARLIER))}.`,
  ]);
  return toFigureText(text, company, signOf(measure), change.relative);
}

function moved(draw: Draw, company: string | null): FigureText {
  const measure = drawDifferent(() => drawMeasure(draw));
  const { name, change } = measure;
  const verb = draw.one(change.relative > 0 ? UP : DOWN);
  const { now, before } = written(measure);
  const text = draw.one([
    `${subject(company, name)} ${verb} to ${now} from ${before}${tail(draw.one(EARLIER))}.`,
    `${subject(company, name)} ${verb} from ${before} to ${now} ${draw.one(PERIODS)}.`,
    `${subject(company, name)} ${verb} by ${Math.max(1, Math.round(Math.abs(change.relative) * 100))} % to ${now} ${draw.one(PERIODS)}.`,
  ]);
  return toFigureText(text, company, signOf(measure), change.relative);
}

function losses(draw: Draw, company: string | null): FigureText {
  const change = drawChange(draw, 0.3, 900);
  const { now, before } = written({ write: draw.one(AMOUNTS), change });
  const who = subject(company, draw.one(LOSSES));
  const negative = (text: string) => text.replace(/\d/, '-$&');
  const text = draw.one([
    `${who} ${draw.one(change.relative > 0 ? WIDENED : NARROWED)} to ${now} from ${before}${tail(draw.one(EARLIER))}.`,
    `${who} ${draw.one(LEVELS)} ${now} ${draw.one(PERIODS)}, ${draw.one(AGAINST)} ${before}${tail(draw.one(EARLIER))}.`,
    `${who} ${draw.one(LEVELS)} ${now}, ${draw.one(AGAINST)} a loss of ${before}${tail(draw.one(EARLIER))}.`,
    `${subject(company, 'operating result')} ${draw.one(LEVELS)} ${negative(now)} (${negative(before)}).`,
    `${subject(company, 'result before taxes')} ${draw.one(LEVELS)} ${negative(now)}, ${draw.one(AGAINST)} ${negative(before)}${tail(draw.one(EARLIER))}.`,
  ]);
  return toFigureText(text, company, change.relative > 0 ? -1 : 1, change.relative);
}

function swung(draw: Draw, company: string | null): FigureText {
  const change = drawChange(draw, 0.3, 300);
  const { now, before } = written({ write: draw.one(AMOUNTS), change });
  const toProfit = draw.chance(0.5);
  const [is, had] = toProfit ? ['profit', 'loss'] : ['loss', 'profit'];
  const result = draw.one(['operating', 'pre-tax', 'net']);
  const text = draw.one([
    `${subject(company, `${result} ${is}`)} ${draw.one(LEVELS)} ${now} ${draw.one(PERIODS)}, ${draw.one(AGAINST)} a ${had} of ${before}${tail(draw.one(EARLIER))}.`,
    `${company ?? 'The group'} swung to a ${result} ${is} of ${now} from a ${had} of ${before}${tail(draw.one(EARLIER))}.`,
    `${subject(company, `${result} result`)} showed a ${is} of ${now}, while a year before it showed a ${had} of ${before}.`,
    `${company ?? 'The company'} made a ${is} of ${now} ${draw.one(PERIODS)}; the year before it made a ${had} of ${before}.`,
    `${subject(company, 'earnings per share')} ${draw.one(LEVELS)} EUR ${toProfit ? '' : '-'}0.${Math.ceil(1 + 97 * draw.random())}, ${toProfit ? 'up from' : 'down from'} ${toProfit ? 'the loss of EUR -' : 'EUR '}0.${Math.ceil(1 + 97 * draw.random())}.`,
    `${subject(company, 'cash flow from operations')} ${draw.one(LEVELS)} ${toProfit ? '' : 'a negative '}${now}, ${draw.one(AGAINST)} ${toProfit ? 'a negative ' : ''}${before}${tail(draw.one(EARLIER))}.`,
  ]);
  return toFigureText(text, company, toProfit ? 1 : -1, 0.8);
}

function level(draw: Draw, company: string | null): FigureText {
  const { name, write, change } = drawMeasure(draw);
  const now = write(change.now, change.decimals);
  const bare = name.replace(/^the /, '');
  const employees = Math.ceil(20 + 9_000 * draw.random() ** 3);
  const text = draw.one([
    `${company ?? 'The company'} had ${bare} of ${now} ${draw.one(PERIODS)}.`,
    `${subject(company, name)} ${draw.one(LEVELS)} ${now} ${draw.one(PERIODS)}.`,
    `${subject(company, name)} ${draw.one(LEVELS)} ${now} and the company employed ${employees} people.`,
    `${company ?? 'The group'} has some ${employees} employees, and its ${bare} ${draw.one(LEVELS)} ${now}.`,
    `${company ?? 'The unit'}, with ${bare} of ${now}, has operations in ${Math.ceil(2 + 40 * draw.random())} countries.`,
    `${company ?? 'The company'} reported an operating profit of ${draw.one(AMOUNTS)(change.now, change.decimals)} on net sales of ${draw.one(AMOUNTS)(change.now * 12, 0)} ${draw.one(PERIODS)}.`,
    `${subject(company, name)} ${draw.one(LEVELS)} ${now} ${draw.one(PERIODS)}, of which exports accounted for ${Math.ceil(5 + 90 * draw.random())} %.`,
    `The comparison figure for ${company === null ? name : `${company}'s ${bare}`} is ${now}.`,
  ]);
  return toFigureText(text, company, 0, 0);
}
