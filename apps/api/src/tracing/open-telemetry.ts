import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { readTraceParent } from './traceparent';
import { type Attributes, type RequestTrace, Tracing } from './tracing';

/**
 * Traces by OpenTelemetry, sent as OTLP over HTTP. Spans are made by hand where something happens rather than by instrumentation that
 * wraps every library; nothing is registered globally. This file, and with it the SDK, is loaded only when traces are collected.
 */
export class OpenTelemetry extends Tracing {
  readonly enabled = true;
  private readonly provider: NodeTracerProvider;
  private readonly tracer: Tracer;
  private readonly current = new AsyncLocalStorage<Context>();

  /** @param endpoint of a collector; traces go to `/v1/traces` there */
  constructor(endpoint: string, attributes: Attributes) {
    super();
    const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
    this.provider = new NodeTracerProvider({
      resource: resourceFromAttributes(attributes),
      spanProcessors: [new BatchSpanProcessor(exporter)],
    });
    this.tracer = this.provider.getTracer('provost');
  }

  async span<T>(name: string, attributes: Attributes, work: () => Promise<T>, child?: 'child'): Promise<T> {
    const parent = this.surrounding();
    if (child && !parent) return work();
    const kind = child ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const span = this.tracer.startSpan(name, { kind, attributes }, parent ?? ROOT_CONTEXT);
    try {
      return await this.current.run(trace.setSpan(parent ?? ROOT_CONTEXT, span), work);
    } catch (error) {
      failed(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  request(traceparent: unknown): RequestTrace {
    const caller = readTraceParent(traceparent);
    const parent = caller ? trace.setSpanContext(ROOT_CONTEXT, { ...caller, isRemote: true }) : ROOT_CONTEXT;
    const span = this.tracer.startSpan('request', { kind: SpanKind.SERVER }, parent);
    const context = trace.setSpan(parent, span);
    return {
      within: (work) => this.current.run(context, work),
      end: (name, attributes, isFailed) => {
        span.updateName(name).setAttributes(attributes);
        if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  close(): Promise<void> {
    return this.provider.shutdown();
  }

  /** What is under way around us. What a request has set in motion beyond its end, such as timers, is no part of it any more. */
  private surrounding(): Context | undefined {
    const context = this.current.getStore();
    return context && trace.getSpan(context)?.isRecording() ? context : undefined;
  }
}

/** The kind of the error alone: its message may name people. */
function failed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', error instanceof Error ? error.constructor.name : typeof error);
}
