import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { Refusal, request } from "../api/client";
import type { News } from "../api/live";
import { ofServer, refine, route } from "../api/store";
import type { MetricsHistory } from "../api/types";
import { bytes, micros, percent, short } from "../logic/format";
import { append, charts, type Chart } from "../logic/series";
import { Choice } from "../ui/inputs";
import { Panel } from "../ui/panel";
import { colours } from "../ui/theme";

const POLL_MS = 5000;
const RANGES = [["5", "5 min"], ["15", "15 min"], ["60", "1 h"]] as const;

/** The last hour, and what comes; one cursor for all charts. */
export function Metrics() {
  const news = useSignal<News<MetricsHistory>>({ body: null, error: null, at: 0 });
  const path = ofServer("/metrics");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const ask = async () => {
      try {
        const before = document.hidden ? null : news.peek().body;
        const last = before?.times_ms.at(-1);
        if (!document.hidden) {
          const fresh = await request<MetricsHistory>("GET", last === undefined ? path : `${path}?since_ms=${last}`);
          if (over) return;
          news.value = { body: append(before ?? null, fresh), error: null, at: Date.now() };
        }
      } catch (error) {
        if (!over) news.value = { ...news.peek(), error: error instanceof Refusal ? error : null };
      }
      if (!over) timer = setTimeout(() => void ask(), POLL_MS);
    };
    void ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [path]);
  const minutes = route.value.query.get("range") ?? "15";
  return (
    <>
      <h1>Metrics</h1>
      <div class="toolbar">
        <Choice label="Range" value={minutes as "5"} options={RANGES} onChange={(range) => refine({ range })} />
        <p class="summary">One cursor for all charts; drag to look closer, double-click to go back.</p>
      </div>
      <Panel title="The last hour" news={news.value} class="bare">
        {(body) => (
          <div class="charts">
            {charts(body, Number(minutes) * 60_000).map((chart) => (
              <Plot key={chart.title} chart={chart} />
            ))}
          </div>
        )}
      </Panel>
    </>
  );
}

const UNITS: Record<string, (value: number | null) => string> = {
  per_s: (value) => (value === null ? "–" : `${short(value)}/s`),
  us: micros,
  bytes,
  count: short,
  percent,
};

function Plot({ chart }: { chart: Chart }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const format = UNITS[chart.unit] ?? short;
  const kind = `${chart.title} ${chart.names.join()} ${colours.value}`;
  useEffect(() => {
    const element = place.current!;
    plot.current = new uPlot(options(chart, format, element), chart.data as uPlot.AlignedData, element);
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.current?.destroy();
    };
  }, [kind]);
  useEffect(() => plot.current?.setData(chart.data as uPlot.AlignedData), [chart.data]);
  const last = chart.names.map((name, at) => `${name} ${format(chart.data[at + 1]?.at(-1) ?? null)}`).join(", ");
  return (
    <figure class="chart" aria-label={`${chart.title}: ${last}`}>
      <figcaption>{chart.title} <small>{last}</small></figcaption>
      <div ref={place} />
    </figure>
  );
}

const HEIGHT = 120;
const BINARY = Array.from({ length: 50 }, (_, power) => 2 ** power);
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

function options(chart: Chart, format: (value: number | null) => string, element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--dim"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
  return {
    width: element.clientWidth || 300,
    height: HEIGHT,
    padding: [6, 22, 0, 0],
    cursor: { sync: { key: "metrics" }, points: { size: 5 }, drag: { x: true, y: false } },
    legend: { live: true },
    axes: [
      { ...axis, size: 22, values: (_, splits) => splits.map((at) => hourOf(at, splits[1]! - splits[0]! < 60)), space: 70 },
      { ...axis, size: 58, values: (_, splits) => splits.map(format), space: 28, ...(chart.unit === "bytes" ? { incrs: BINARY } : {}) },
    ],
    scales: { y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high ?? 0) > 0 ? high! * 1.08 : 1] } },
    series: [
      { label: "", value: (_, at) => (at == null ? "" : hourOf(at, true)) },
      ...chart.names.map((name, at) => ({
        label: name,
        stroke: colour(`--series-${at % 4}`),
        // Lines differ by more than colour.
        dash: DASHES[at % 4] ?? [],
        width: 1.5,
        points: { show: false },
        value: (_: uPlot, value: number | null) => format(value),
      })),
    ],
  };
}

function hourOf(seconds: number, fine = false): string {
  const at = new Date(seconds * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}${fine ? `:${two(at.getSeconds())}` : ""}`;
}
