import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { HISTORY_LENGTH } from '../state/records.ts';
import { onThemeChange } from '../state/preferences.ts';

export interface ChartSeries {
  readonly label: string;
  /** The custom property that holds its colour: "--chart-1". */
  readonly color: string;
  readonly filled?: boolean;
  readonly dashed?: boolean;
}

interface ChartProps {
  /** What the chart shows, for a screen reader. */
  readonly label: string;
  readonly series: readonly ChartSeries[];
  /** First the times in milliseconds, then one row of values for each series. */
  readonly data: readonly (readonly number[])[];
  /** The top of the value axis; it grows when a value is larger. */
  readonly top: number;
  readonly height?: number;
  format(value: number): string;
}

function cssColor(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}

function axisLook(): Pick<uPlot.Axis, 'stroke' | 'grid' | 'ticks' | 'font'> {
  const line = { stroke: cssColor('--line'), width: 1 };
  return { stroke: cssColor('--text-muted'), grid: line, ticks: { show: false }, font: '11px system-ui, sans-serif' };
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** @param at in seconds, as uPlot counts time */
function clockTime(at: number): string {
  return clock.format(at * 1000);
}

const SPLIT_SECONDS = 30;
/** In a chart less wide than this, times half a minute apart would be written over each other. */
const LEAST_SPLIT_WIDTH_PX = 400;

/** A time nearer to the right edge would be cut off. */
const HALF_A_TIME_PX = 36;

function minuteSplits({ width }: uPlot, _axis: number, first: number, last: number): number[] {
  const seconds = width < LEAST_SPLIT_WIDTH_PX ? 2 * SPLIT_SECONDS : SPLIT_SECONDS;
  const begin = Math.ceil(first / seconds) * seconds;
  const count = Math.max(0, Math.floor((last - begin) / seconds) + 1);
  const splits = Array.from({ length: count }, (_, index) => begin + index * seconds);
  return splits.filter((at) => ((last - at) / (last - first)) * width > HALF_A_TIME_PX);
}

/** @param last seconds; null, whatever uPlot's types say, as long as nothing was measured */
function lastMinutes(last: number | null): [number, number] {
  const end = last ?? Date.now() / 1000;
  return [end - HISTORY_LENGTH, end];
}

/** The next power of two, or one and a half of one: its quarters are round in bytes. */
function roundTop(most: number): number {
  const power = 2 ** Math.floor(Math.log2(most));
  return [1, 1.5].map((part) => part * power).find((top) => top >= most) ?? 2 * power;
}

/** Parts of what there is, rather than round decimal numbers, which are not round in bytes. */
function quarterSplits(_plot: uPlot, _axis: number, _least: number, most: number): number[] {
  return [0, most / 4, most / 2, (most * 3) / 4, most];
}

function options({ series, height = 140, format }: ChartProps, width: number, top: () => number): uPlot.Options {
  return {
    width,
    height,
    cursor: { show: false },
    legend: { show: false },
    padding: [8, 8, 0, 0],
    scales: {
      // The last two minutes, however few of them were measured yet: the curve grows in from the right.
      x: { range: (_plot, _first, last) => lastMinutes(last) },
      y: { range: (_plot, _least, most) => [0, most > top() ? roundTop(most) : top()] },
    },
    axes: [
      { ...axisLook(), size: 24, splits: minuteSplits, values: (_plot, values) => values.map(clockTime) },
      { ...axisLook(), size: 64, splits: quarterSplits, values: (_plot, values) => values.map(format) },
    ],
    series: [
      {},
      ...series.map(({ label, color, filled, dashed }): uPlot.Series => ({
        label,
        stroke: cssColor(color),
        width: 1.5,
        points: { show: false },
        ...(filled ? { fill: cssColor(`${color}-fill`) } : {}),
        ...(dashed ? { dash: [4, 4] } : {}),
      })),
    ],
  };
}

function plotData(data: ChartProps['data']): uPlot.AlignedData {
  const [times = [], ...rows] = data;
  return [times.map((at) => at / 1000), ...rows.map((row) => [...row])];
}

/** A live chart over time. The figures also stand in words beside it: a canvas tells a screen reader nothing. */
export function Chart(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  const plot = useRef<uPlot | null>(null);
  const [look, setLook] = useState(0);

  useEffect(() => onThemeChange(() => setLook((count) => count + 1)), []);

  useEffect(() => {
    latest.current = props;
    plot.current?.setData(plotData(props.data));
  }, [props]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { height = 140 } = latest.current;
    const chart = new uPlot(
      options(latest.current, element.clientWidth, () => latest.current.top),
      plotData(latest.current.data),
      element,
    );
    plot.current = chart;
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [look]);

  return (
    <figure className="chart">
      <figcaption className="chart-caption">
        <span>{props.label}</span>
        {props.series.map(({ label, color }) => (
          <span key={label} className="chart-key">
            <i style={{ background: `var(${color})` }} aria-hidden />
            {label}
          </span>
        ))}
      </figcaption>
      <div ref={box} className="chart-plot" aria-hidden />
    </figure>
  );
}
