import { setTimeout as delay } from 'node:timers/promises';
import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Environment } from '../config';
import { NoTracing, Tracing } from './tracing';

/** A collector that is away holds up no stop for longer. */
const PATIENCE_MS = 3_000;

const tracing = {
  provide: Tracing,
  inject: [Environment],
  useFactory: async ({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ROLE }: Environment): Promise<Tracing> => {
    if (endpoint === undefined) return new NoTracing();
    const { OpenTelemetry } = await import('./open-telemetry');
    return new OpenTelemetry(endpoint, { 'service.name': 'provost', 'provost.role': ROLE });
  },
};

/** Traces, when OTEL_EXPORTER_OTLP_ENDPOINT says where they go. */
@Global()
@Module({ providers: [tracing], exports: [Tracing] })
export class TracingModule implements OnApplicationShutdown {
  constructor(@Inject(Tracing) private readonly tracing: Tracing) {}

  async onApplicationShutdown(): Promise<void> {
    const sent = this.tracing.close().catch(() => undefined);
    await Promise.race([sent, delay(PATIENCE_MS, undefined, { ref: false })]);
  }
}
