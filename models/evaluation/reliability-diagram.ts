import { wilson, type Estimate } from './intervals.js';
import type { JudgedRow } from './judge-rows.js';
import { expectedCalibrationError } from './metrics.js';

export interface ReliabilityBin {
  readonly n: number;
  /** Mean of what the model claimed, 0…1. */
  readonly confidence: number;
  /** Share that was right, with Wilson's interval. */
  readonly right: Estimate;
}

/** Rows in the order of confidence, cut into bins of equal size as `expectedCalibrationError` does. */
export function reliabilityBins(rows: readonly JudgedRow[], bins = 10): readonly ReliabilityBin[] {
  const sorted = [...rows].sort((a, b) => a.answer.sentiment.confidence - b.answer.sentiment.confidence);
  return Array.from({ length: bins }, (_, bin) =>
    sorted.slice(Math.floor((bin * sorted.length) / bins), Math.floor(((bin + 1) * sorted.length) / bins)),
  )
    .filter((members) => members.length > 0)
    .map((members) => ({
      n: members.length,
      confidence: members.reduce((sum, row) => sum + row.answer.sentiment.confidence, 0) / members.length,
      right: wilson(members.filter((row) => row.label === row.answer.sentiment.label).length, members.length),
    }));
}

const SIZE = 320;
const LEFT = 56;
const TOP = 56;
const STYLE = `
  svg { background: #fff; color: #1b1b1f; font: 13px system-ui, sans-serif; }
  .grid { stroke: #d8d8de; } .ideal { stroke: #77777f; stroke-dasharray: 5 4; }
  .bar { stroke: #1f5fbf; stroke-width: 2; } .point { fill: #1f5fbf; } .line { stroke: #1f5fbf; stroke-width: 2; fill: none; }
  text { fill: currentColor; } .quiet { fill: #5a5a63; }
  @media (prefers-color-scheme: dark) {
    svg { background: #17181c; color: #ececf1; } .grid { stroke: #3a3b42; } .ideal { stroke: #9a9aa5; }
    .bar, .line { stroke: #7fb0ff; } .point { fill: #7fb0ff; } .quiet { fill: #b3b3bd; }
  }`;

/**
 * The reliability diagram as an SVG document, in the reader's light or dark scheme: what the model claimed (across) against the share
 * that was right (up), with Wilson's intervals. On the dashed line a model is as sure as it is right.
 */
export function reliabilityDiagram(title: string, rows: readonly JudgedRow[]): string {
  const bins = reliabilityBins(rows);
  const x = (share: number) => (LEFT + share * SIZE).toFixed(1);
  const y = (share: number) => (TOP + (1 - share) * SIZE).toFixed(1);
  const ece = expectedCalibrationError(
    rows.map(({ answer }) => answer.sentiment.confidence),
    rows.map(({ label, answer }) => label === answer.sentiment.label),
  );
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((share) => [
    `<line class="grid" x1="${x(share)}" y1="${y(0)}" x2="${x(share)}" y2="${y(1)}"/>`,
    `<line class="grid" x1="${x(0)}" y1="${y(share)}" x2="${x(1)}" y2="${y(share)}"/>`,
    `<text class="quiet" x="${x(share)}" y="${TOP + SIZE + 18}" text-anchor="middle">${share}</text>`,
    `<text class="quiet" x="${LEFT - 8}" y="${Number(y(share)) + 4}" text-anchor="end">${share}</text>`,
  ]);
  const bars = bins.map(
    ({ confidence, right }) =>
      `<line class="bar" x1="${x(confidence)}" y1="${y(right.low)}" x2="${x(confidence)}" y2="${y(right.high)}"/>`,
  );
  const points = bins.map(
    ({ n, confidence, right }) =>
      `<circle class="point" cx="${x(confidence)}" cy="${y(right.value)}" r="4"><title>claimed ${confidence.toFixed(3)}, right ${right.value.toFixed(3)} of ${n}</title></circle>`,
  );
  const line = bins.map(({ confidence, right }) => `${x(confidence)},${y(right.value)}`).join(' ');
  const [width, height] = [LEFT + SIZE + 24, TOP + SIZE + 48];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">
<style>${STYLE}
</style>
<text x="${LEFT}" y="22">${escapeXml(shorten(title))}</text>
<text class="quiet" x="${LEFT}" y="42">${rows.length} rows, ${bins.length} bins of equal size, ECE ${ece.toFixed(3)}</text>
${ticks.join('\n')}
<line class="ideal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>
${bars.join('\n')}
<polyline class="line" points="${line}"/>
${points.join('\n')}
<text x="${LEFT + SIZE / 2}" y="${height - 8}" text-anchor="middle">confidence claimed</text>
<text x="16" y="${TOP + SIZE / 2}" text-anchor="middle" transform="rotate(-90 16 ${TOP + SIZE / 2})">share right</text>
</svg>
`;
}

/** A title of the user's making stays inside the picture. */
function shorten(title: string): string {
  return title.length <= 48 ? title : `${title.slice(0, 47)}…`;
}

function escapeXml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? '',
  );
}
