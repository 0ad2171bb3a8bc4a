import type { MetricsHistory } from "../api/types";

export interface Chart {
  title: string;
  unit: string;
  names: string[];
  /** Times in seconds, then the values of each series. */
  data: (number | null)[][];
}

const HOUR_MS = 3_600_000;

/** A history with its newer points; what is older than an hour goes. Series that come or go are filled with gaps. */
export function append(before: MetricsHistory | null, fresh: MetricsHistory): MetricsHistory {
  if (!before) return fresh;
  const last = before.times_ms.at(-1) ?? 0;
  const skip = fresh.times_ms.findIndex((at) => at > last);
  const times = skip < 0 ? [] : fresh.times_ms.slice(skip);
  const all = [...before.times_ms, ...times];
  const from = Math.max(0, all.findIndex((at) => at > (all.at(-1) ?? 0) - HOUR_MS));
  const named = new Map(before.series.map((series) => [series.name, series]));
  for (const series of fresh.series) named.set(series.name, series);
  const values_before = new Map(before.series.map((series) => [series.name, series.values]));
  const values_fresh = new Map(fresh.series.map((series) => [series.name, skip < 0 ? [] : series.values.slice(skip)]));
  return {
    at_ms: fresh.at_ms,
    step_ms: fresh.step_ms,
    times_ms: all.slice(from),
    series: [...named.values()].map((series) => ({
      ...series,
      values: [
        ...(values_before.get(series.name) ?? before.times_ms.map(() => null)),
        ...(values_fresh.get(series.name) ?? times.map(() => null)),
      ].slice(from),
    })),
  };
}

/** What belongs into one chart, in the order of the series, for the last while. */
export function charts(history: MetricsHistory, range_ms: number): Chart[] {
  const end = history.times_ms.at(-1) ?? 0;
  const from = Math.max(0, history.times_ms.findIndex((at) => at > end - range_ms));
  const times = history.times_ms.slice(from).map((at) => at / 1000);
  const found = new Map<string, Chart>();
  for (const series of history.series) {
    const key = series.chart ?? series.title;
    const chart = found.get(key) ?? { title: key, unit: series.unit, names: [], data: [times] };
    found.set(key, chart);
    chart.names.push(series.title);
    chart.data.push(series.values.slice(from));
  }
  return [...found.values()];
}
