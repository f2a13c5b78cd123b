import { Injectable } from '@nestjs/common';
import type { Metric, Registry } from 'prom-client';

export interface Sample {
  readonly labels?: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** For the parts of a histogram. */
  readonly metricName?: string;
}

/** Something that is told when Prometheus asks; between two scrapes it costs nothing but what it counts itself. */
export interface MetricSource {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** None where there is nothing to say. Labels have few values: nothing of a tenant or a person, and no ids. */
  samples(): readonly Sample[] | Promise<readonly Sample[]>;
}

/** The metrics of this process. A source registers itself when it is made; the library is loaded with the first scrape. */
@Injectable()
export class Metrics {
  private readonly sources: MetricSource[] = [];
  private registry: Promise<Registry> | undefined;

  add(...sources: readonly MetricSource[]): void {
    this.sources.push(...sources);
  }

  /** The page that Prometheus reads, and its media type. */
  async page(): Promise<{ type: string; text: string }> {
    const registry = await (this.registry ??= this.open());
    return { type: registry.contentType, text: await registry.metrics() };
  }

  private async open(): Promise<Registry> {
    const { collectDefaultMetrics, Registry } = await import('prom-client');
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    for (const { name, help, type, samples } of this.sources) {
      const get = async () => ({ name, help, type, values: await samples(), aggregator: 'sum' });
      registry.registerMetric({ name, help, type, get } as unknown as Metric);
    }
    return registry;
  }
}
