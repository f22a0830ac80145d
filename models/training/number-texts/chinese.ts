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
  '岚溪 澜渡 砚山 青柏 禾澍 铎远 霁川 沅芷 朗屿 鹤汀 栖梧 槐序 汀澜 嵩屿 翎羽 昱衡 沧渚 珩越 苍梧岭 云栈'.split(
    ' ',
  );
const SECOND = [
  '科技',
  '股份',
  '电子',
  '医药',
  '能源',
  '银行',
  '食品',
  '重工',
  '集团',
  '物流',
  '材料',
  '汽车',
  '证券',
  '置业',
];
const GAINS = [
  '营业收入',
  '营业收入',
  '营收',
  '净利润',
  '归母净利润',
  '归属于上市公司股东的净利润',
  '扣非净利润',
  '营业利润',
  '利润总额',
  '经营活动产生的现金流量净额',
  '新签合同额',
  '在手订单',
  '销售额',
  '利息净收入',
  '保费收入',
  '合同销售金额',
];
const SHARES_OF = ['毛利率', '净利率', '净资产收益率', '产能利用率', '市场份额', '出租率'];
const COSTS = [
  '财务费用',
  '信用减值损失',
  '资产减值损失',
  '不良贷款余额',
  '有息负债',
  '管理费用',
  '原材料成本',
];
const LOSSES = ['净亏损', '归母净亏损', '经营亏损', '亏损额'];
const PERIODS = [
  '前三季度',
  '上半年',
  '一季度',
  '三季度单季',
  '2024年',
  '2023年全年',
  '报告期内',
  '去年',
  '1—9月',
  '四季度',
  '本季度',
];
const LEVELS = ['为', '达', '录得', '合计'];
const EARLIER = ['上年同期为', '去年同期为', '上年为', '而上年同期为', '对比期为', '一年前为'];
const UP = ['增至', '升至', '提高到', '增加到'];
const DOWN = ['降至', '减至', '下滑到', '减少到'];

const AMOUNTS: readonly Amount[] = [
  (value, decimals) => `${value.toFixed(decimals)}亿元`,
  (value, decimals) => `${value.toFixed(decimals)}亿元`,
  (value, decimals) => `${(value * 100).toFixed(decimals)}万元`,
  (value, decimals) => `人民币${value.toFixed(decimals)}亿元`,
  (value, decimals) => `${value.toFixed(decimals)}亿港元`,
  (value, decimals) => `${value.toFixed(decimals)}亿美元`,
];
const percent: Amount = (value, decimals) => `${value.toFixed(decimals)}%`;
const perShare: Amount = (value) => `${value.toFixed(2)}元`;

function drawMeasure(draw: Draw): Measure {
  const kind = draw.random();
  if (kind < 0.12)
    return { name: draw.one(SHARES_OF), good: true, write: percent, change: drawChange(draw, 2, 60) };
  if (kind < 0.22) {
    const change = { ...drawChange(draw, 0.1, 6), decimals: 2 as const };
    return { name: draw.one(['每股收益', '基本每股收益', '每股派息']), good: true, write: perShare, change };
  }
  const good = kind < 0.78;
  return {
    name: draw.one(good ? GAINS : COSTS),
    good,
    write: draw.one(AMOUNTS),
    change: drawChange(draw, 0.3, 300),
  };
}

/** As `drawEnglishFigureText`, in Chinese. */
export function drawChineseFigureText(draw: Draw): FigureText {
  const company = draw.chance(0.7) ? draw.one(FIRST) + draw.one(SECOND) : null;
  return drawFigureText(draw, company, { compared, moved, losses, swung, level });
}

function compared(draw: Draw, company: string | null): FigureText {
  const measure = drawDifferent(() => drawMeasure(draw));
  const { name, change } = measure;
  const { now, before } = written(measure);
  const who = company ?? '公司';
  const text = draw.one([
    `${who}${draw.one(PERIODS)}${name}${draw.one(LEVELS)}${now}，${draw.one(EARLIER)}${before}。`,
    `${draw.one(PERIODS)}，${who}实现${name}${now}，${draw.one(EARLIER)}${before}。`,
    `${who}：${name}${now}（上年同期${before}）`,
    `${name}${now}，${draw.one(EARLIER)}${before}。`,
    `${draw.one(EARLIER)}${before}，${who}本期${name}${draw.one(LEVELS)}${now}。`,
  ]);
  return toFigureText(text, text.includes(who) ? company : null, signOf(measure), change.relative);
}

function moved(draw: Draw, company: string | null): FigureText {
  const measure = drawDifferent(() => drawMeasure(draw));
  const { name, change } = measure;
  const { now, before } = written(measure);
  const up = change.relative > 0;
  const text = draw.one([
    `${company ?? ''}${draw.one(PERIODS)}${name}由${before}${draw.one(up ? UP : DOWN)}${now}。`,
    `${company ?? ''}${name}从${before}${draw.one(up ? UP : DOWN)}${now}`,
    `${company ?? '公司'}${draw.one(PERIODS)}${name}${now}，同比${up ? '增长' : '下降'}${(Math.abs(change.relative) * 100).toFixed(1)}%。`,
  ]);
  return toFigureText(text, company, signOf(measure), change.relative);
}

function losses(draw: Draw, company: string | null): FigureText {
  const change = drawChange(draw, 0.3, 300);
  const { now, before } = written({ write: draw.one(AMOUNTS), change });
  const name = draw.one(LOSSES);
  const text = draw.one([
    `${company ?? '公司'}${draw.one(PERIODS)}${name}${now}，${draw.one(EARLIER)}${before}。`,
    `${company ?? ''}${name}由${before}${change.relative > 0 ? draw.one(['扩大至', '增至']) : draw.one(['收窄至', '减至'])}${now}。`,
    `${company ?? '公司'}${draw.one(PERIODS)}亏损${now}，去年同期亏损${before}。`,
    `${company ?? ''}净利润-${now}（上年同期-${before}）`,
  ]);
  return toFigureText(text, company, change.relative > 0 ? -1 : 1, change.relative);
}

function swung(draw: Draw, company: string | null): FigureText {
  const change = drawChange(draw, 0.3, 100);
  const { now, before } = written({ write: draw.one(AMOUNTS), change });
  const toProfit = draw.chance(0.5);
  const [is, had] = toProfit ? ['盈利', '亏损'] : ['亏损', '盈利'];
  const text = draw.one([
    `${company ?? '公司'}${draw.one(PERIODS)}${is}${now}，去年同期${had}${before}。`,
    `去年同期${had}${before}，${company ?? '公司'}${draw.one(PERIODS)}${is}${now}`,
    `${company ?? ''}净利润${toProfit ? '' : '-'}${now}，上年同期${toProfit ? '-' : ''}${before}。`,
    `${company ?? '公司'}经营现金流净额${toProfit ? '' : '-'}${now}，${draw.one(EARLIER)}${toProfit ? '-' : ''}${before}。`,
  ]);
  return toFigureText(text, company, toProfit ? 1 : -1, 0.8);
}

function level(draw: Draw, company: string | null): FigureText {
  const { name, write, change } = drawMeasure(draw);
  const now = write(change.now, change.decimals);
  const employees = Math.ceil(20 + 9_000 * draw.random() ** 3);
  const text = draw.one([
    `${company ?? '公司'}${draw.one(PERIODS)}${name}${draw.one(LEVELS)}${now}。`,
    `${draw.one(PERIODS)}，${company ?? '公司'}实现${name}${now}。`,
    `${company ?? '公司'}现有员工${employees}人，${draw.one(PERIODS)}${name}${now}。`,
    `${company ?? '标的公司'}${draw.one(PERIODS)}${name}${now}，其中境外占${Math.ceil(5 + 90 * draw.random())}%。`,
    `${company ?? '该业务'}${name}的对比数为${now}`,
  ]);
  return toFigureText(text, company, 0, 0);
}
