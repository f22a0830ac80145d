import { writeFile } from 'node:fs/promises';

const COMPANIES = [
  'Boeing',
  'Tesla',
  'Goldman Sachs',
  'Microsoft',
  'Nike',
  'Pfizer',
  '比亚迪',
  '贵州茅台',
  '腾讯',
  '中国平安',
];
const GOOD = [
  'beats estimates as orders rise',
  'raises its outlook for the year',
  '业绩超预期，订单大增',
  'wins a contract',
];
const FLAT = [
  'holds its annual meeting on Tuesday',
  'names a date for its results',
  '公布股东大会日期',
  'opens an office in Lyon',
];
const BAD = [
  'shares plunge after a profit warning',
  'faces a fraud probe by the regulator',
  '股价暴跌，被立案调查',
  'cuts jobs as losses widen',
];

/** A small generator of its own, so that a file is the same at every run. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Writes a recorded stream: `days` days of `perDay` rows in time order, with a surge of bad news on Boeing on the last two days, unless it is to be quiet. */
export async function writeStream(
  path: string,
  options: { days: number; perDay: number; seed: number; surge?: boolean },
): Promise<number> {
  const random = randomFrom(options.seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const rows: string[] = [];
  const start = Date.UTC(2026, 0, 5);
  for (let day = 0; day < options.days; day += 1) {
    for (let n = 0; n < options.perDay; n += 1) {
      const at = new Date(start + day * 86_400_000 + Math.floor((n / options.perDay) * 86_400_000));
      const surge = options.surge !== false && day >= options.days - 2 && random() < 0.5;
      const tone = random();
      const said = surge || tone < 0.12 ? pick(BAD) : tone < 0.5 ? pick(GOOD) : pick(FLAT);
      const text = `${surge ? 'Boeing' : pick(COMPANIES)} ${said}, note ${String(day)}-${String(n)}`;
      rows.push(
        JSON.stringify({
          id: `row-${String(day)}-${String(n)}`,
          source: 'made-up-wire',
          publishedAt: at.toISOString(),
          text,
        }),
      );
    }
  }
  await writeFile(path, `${rows.join('\n')}\n`);
  return rows.length;
}
