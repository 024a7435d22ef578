import type { RouteHandler } from '@longshore/aws-api';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type MetricKey, type MetricRow, metricTable } from './table.js';

/** What is looked up when somebody scrapes. */
export interface ScrapeSource {
  /** Sets gauges; called before each answer. */
  collect(metrics: Metrics): void | Promise<void>;
}

/** The server's metrics: made once, handed down. Holds all of the table and nothing else. */
export class Metrics {
  readonly registry = new Registry();
  readonly #counters = new Map<MetricKey, Counter>();
  readonly #gauges = new Map<MetricKey, Gauge>();
  readonly #histograms = new Map<MetricKey, Histogram>();
  readonly #sources: ScrapeSource[] = [];

  constructor() {
    const rows = Object.entries(metricTable) as readonly [MetricKey, MetricRow][];
    for (const [key, row] of rows) this.#make(key, row);
  }

  count(key: MetricKey, labels: Readonly<Record<string, string>>, by = 1): void {
    this.#counters.get(key)?.inc({ ...labels }, by);
  }

  set(key: MetricKey, labels: Readonly<Record<string, string>>, value: number): void {
    this.#gauges.get(key)?.set({ ...labels }, value);
  }

  /** Forgets the label values of a gauge, so that what is gone is no longer shown. */
  reset(key: MetricKey): void {
    this.#gauges.get(key)?.reset();
  }

  observe(key: MetricKey, labels: Readonly<Record<string, string>>, value: number): void {
    this.#histograms.get(key)?.observe({ ...labels }, value);
  }

  addSource(source: ScrapeSource): void {
    this.#sources.push(source);
  }

  /** The text of /metrics. */
  async scrape(): Promise<{ readonly contentType: string; readonly text: string }> {
    for (const source of this.#sources) await source.collect(this);
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }

  /** GET /metrics. */
  route(): RouteHandler {
    return async () => {
      const { contentType, text } = await this.scrape();
      return { status: 200, headers: { 'content-type': contentType }, body: text };
    };
  }

  #make(key: MetricKey, row: MetricRow): void {
    const common = {
      name: row.name,
      help: row.help,
      labelNames: [...row.labels],
      registers: [this.registry],
    };
    if (row.kind === 'counter') this.#counters.set(key, new Counter(common));
    else if (row.kind === 'gauge') this.#gauges.set(key, new Gauge(common));
    else
      this.#histograms.set(
        key,
        new Histogram(row.buckets ? { ...common, buckets: [...row.buckets] } : common),
      );
  }
}
