import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';

import type { SeriesRow, WireAlert } from '../../../api/wire.js';
import { toChartData } from '../chart-data.js';
import { drawChart, placeMarks, type ChartState } from '../draw-chart.js';
import { useApp } from '../app.js';

export interface ChartProps {
  readonly rows: readonly SeriesRow[];
  readonly alerts: readonly WireAlert[];
  /** Index of the window whose documents are shown. */
  readonly chosen: number | null;
  /** What the picture shows, in words. */
  readonly label: string;
  readonly onPoint: (index: number | null) => void;
  readonly onChoose: (index: number) => void;
  readonly onAlert: (id: string) => void;
}

/** Polarity as a line and documents as bars; the same canvas lives on while its data change. */
export function Chart(props: ChartProps) {
  const { t, named } = useApp();
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const state = useRef<ChartState>({ ...props, markLabel: () => '' });
  state.current = {
    ...props,
    markLabel: (alert) => `${t('alert')}: ${named(alert.series)}, ${t(alert.severity)}`,
  };

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const chart = drawChart(element, () => state.current, {
      polarity: t('polarity'),
      documents: t('documents'),
    });
    plot.current = chart;
    const resize = new ResizeObserver(() => {
      if (element.clientWidth > 0)
        chart.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    resize.observe(element);
    return () => {
      resize.disconnect();
      chart.destroy();
    };
  }, []);
  useEffect(() => {
    plot.current?.setData(toChartData(props.rows));
  }, [props.rows]);
  useEffect(() => {
    if (plot.current !== null) placeMarks(plot.current, state.current);
    plot.current?.redraw(false);
  }, [props.alerts, props.chosen]);

  return (
    <div ref={frame} class="chart" role="group" aria-label={props.label} data-points={props.rows.length} />
  );
}
