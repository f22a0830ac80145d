import uPlot from 'uplot';

import type { SeriesRow, WireAlert } from '../../api/wire.js';
import { toneOf } from './format.js';
import { findStretches, formatTicks, toChartData, type Stretch } from './chart-data.js';

export interface ChartState {
  readonly rows: readonly SeriesRow[];
  readonly alerts: readonly WireAlert[];
  readonly chosen: number | null;
  readonly onPoint: (index: number | null) => void;
  readonly onChoose: (index: number) => void;
  readonly onAlert: (id: string) => void;
  readonly markLabel: (alert: WireAlert) => string;
}

const COLOUR_NAMES = [
  'text',
  'grid',
  'line',
  'bar',
  'shade',
  'uncovered',
  'chosen',
  'negative',
  'neutral',
  'positive',
] as const;
type Colours = Readonly<Record<(typeof COLOUR_NAMES)[number], string>>;
/** With more windows than this their points would run into one another. */
const MAX_POINTS = 400;
const SILENCE_SECONDS = 1_800;
const FONT = '12px system-ui, sans-serif';

/** Draws into the element; `read` gives what is to be shown whenever it is drawn anew. */
export function drawChart(
  element: HTMLElement,
  read: () => ChartState,
  labels: { readonly polarity: string; readonly documents: string },
): uPlot {
  const colours = readColours(element);
  const bars = uPlot.paths.bars;
  const chart = new uPlot(
    {
      width: Math.max(element.clientWidth, 200),
      height: Math.max(element.clientHeight, 160),
      padding: [14, 4, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
      scales: {
        x: { time: true, range: (_chart, min, max) => wholeRange(read().rows, min, max) },
        polarity: { range: () => [-1.05, 1.05] },
        // The bars keep to the lower third, out of the way of the line.
        n: { range: (_chart, _min, max) => [0, Math.max(max, 1) * 3] },
      },
      axes: axes(colours, labels),
      series: [
        {},
        {
          scale: 'polarity',
          stroke: colours.line,
          width: 2,
          spanGaps: false,
          points: { show: false },
        },
        {
          scale: 'n',
          fill: colours.bar,
          width: 0,
          points: { show: false },
          ...(bars === undefined ? {} : { paths: bars({ size: [0.7, 40] }) }),
        },
      ],
      hooks: {
        drawClear: [(drawn) => shadeWindows(drawn, read(), colours)],
        draw: [
          (drawn) => drawZero(drawn, colours),
          (drawn) => drawPoints(drawn, read().rows, colours),
          (drawn) => placeMarks(drawn, read()),
        ],
        setCursor: [(drawn) => read().onPoint(drawn.cursor.idx ?? null)],
      },
    },
    toChartData(read().rows),
    element,
  );
  chart.over.addEventListener('click', () => {
    if (typeof chart.cursor.idx === 'number') read().onChoose(chart.cursor.idx);
  });
  return chart;
}

function axes(
  colours: Colours,
  labels: { readonly polarity: string; readonly documents: string },
): uPlot.Axis[] {
  const shared = { stroke: colours.text, font: FONT, labelFont: FONT, labelSize: 20, ticks: { show: false } };
  return [
    {
      ...shared,
      grid: { show: false },
      values: (_chart, splits, _axis, _space, step) => [...formatTicks(splits, step)],
      space: 60,
    },
    {
      ...shared,
      scale: 'polarity',
      label: `${labels.polarity} (−1 … +1)`,
      splits: () => [-1, -0.5, 0, 0.5, 1],
      values: (_chart, splits) =>
        splits.map((value) => (value > 0 ? `+${value}` : String(value).replace('-', '−'))),
      grid: { stroke: colours.grid, width: 1 },
      size: 44,
    },
    {
      ...shared,
      scale: 'n',
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the library's enum (1: right) exists in its types only
      side: 1,
      label: labels.documents,
      grid: { show: false },
      values: (chart, splits) => {
        const third = (chart.scales['n']?.max ?? 3) / 3;
        return splits.map((value) => (Number.isInteger(value) && value <= third ? String(value) : ''));
      },
      size: 44,
    },
  ];
}

function shadeWindows(chart: uPlot, state: ChartState, colours: Colours): void {
  const shade = (stretches: readonly Stretch[], colour: string) => {
    const { ctx, bbox } = chart;
    ctx.fillStyle = colour;
    for (const { from, to } of stretches) {
      const left = Math.max(chart.valToPos(from, 'x', true), bbox.left);
      const right = Math.min(chart.valToPos(to, 'x', true), bbox.left + bbox.width);
      if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
    }
  };
  // A minute without a document is ordinary; only a stretch that may be an outage is shaded.
  const silent = findStretches(state.rows, (row) => row.coverage === 0 && !row.provisional);
  shade(
    silent.filter(({ from, to }) => to - from >= SILENCE_SECONDS),
    colours.uncovered,
  );
  shade(
    findStretches(state.rows, (row) => row.provisional),
    colours.shade,
  );
  const chosen = state.chosen === null ? undefined : state.rows[state.chosen];
  if (chosen !== undefined)
    shade(
      findStretches([chosen], () => true),
      colours.chosen,
    );
}

function drawZero(chart: uPlot, colours: Colours): void {
  const { ctx, bbox } = chart;
  const y = Math.round(chart.valToPos(0, 'polarity', true));
  ctx.save();
  ctx.strokeStyle = colours.text;
  ctx.globalAlpha = 0.6;
  ctx.setLineDash([4, 4]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** From the start of the first window to the end of the last, so that no bar is cut. */
function wholeRange(rows: readonly SeriesRow[], min: number, max: number): [number, number] {
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return [min, max];
  return [Date.parse(first.start) / 1_000, Date.parse(last.end) / 1_000];
}

/** A point for each window with documents, in the colour of its tone; a lone one has no line to be seen by. */
function drawPoints(chart: uPlot, rows: readonly SeriesRow[], colours: Colours): void {
  if (rows.filter((row) => row.n > 0).length > MAX_POINTS) return;
  const [times, polarities] = toChartData(rows);
  const { ctx } = chart;
  const radius = 3.5 * devicePixelRatio;
  for (const [index, polarity] of polarities.entries()) {
    const time = times[index];
    if (polarity === null || time === undefined) continue;
    ctx.fillStyle = colours[toneOf(polarity)];
    ctx.beginPath();
    ctx.arc(
      chart.valToPos(time, 'x', true),
      chart.valToPos(polarity, 'polarity', true),
      radius,
      0,
      2 * Math.PI,
    );
    ctx.fill();
  }
}

/** Alerts are buttons over the canvas, so that keys and screen readers reach them. */
export function placeMarks(chart: uPlot, state: ChartState): void {
  const known = new Map<string, HTMLButtonElement>();
  for (const mark of chart.over.querySelectorAll<HTMLButtonElement>('button.mark')) {
    const id = mark.dataset['alert'] ?? '';
    if (state.alerts.some((alert) => alert.id === id)) known.set(id, mark);
    else mark.remove();
  }
  for (const alert of state.alerts) {
    if (alert.firedAt === null) continue;
    const mark = known.get(alert.id) ?? createMark(chart, alert.id, state);
    mark.className = `mark ${alert.severity}`;
    mark.setAttribute('aria-label', state.markLabel(alert));
    mark.title = state.markLabel(alert);
    mark.style.setProperty('--drop', `${chart.over.clientHeight - 18}px`);
    mark.style.left = `${chart.valToPos(Date.parse(alert.firedAt) / 1_000, 'x')}px`;
  }
}

function createMark(chart: uPlot, id: string, state: ChartState): HTMLButtonElement {
  const mark = document.createElement('button');
  mark.type = 'button';
  mark.dataset['alert'] = id;
  mark.textContent = '▼';
  mark.addEventListener('click', (event) => {
    event.stopPropagation();
    state.onAlert(id);
  });
  chart.over.append(mark);
  return mark;
}

/** A canvas knows no style sheet: the colours are taken from the element as the theme has them now. */
function readColours(element: HTMLElement): Colours {
  const probe = document.createElement('span');
  element.append(probe);
  const entries = COLOUR_NAMES.map((name) => {
    probe.style.color = `var(--chart-${name})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(entries) as Colours;
}
