export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A request under way, as traces know it. */
export interface RequestTrace {
  /** Goes on with what belongs to the request. */
  within(work: () => void): void;
  end(name: string, attributes: Attributes, failed: boolean): void;
}

/** Traces of what the process does, for whoever collects them. */
export abstract class Tracing {
  /** Whether anybody does; when not, whoever is on a hot path need not even ask. */
  abstract readonly enabled: boolean;
  /** A span around some work; `child` for what is worth one only within another. @returns what the work returns */
  abstract span<T>(name: string, attributes: Attributes, work: () => Promise<T>, child?: 'child'): Promise<T>;
  /** Begins the span of a request. @param traceparent as it was sent (W3C Trace Context) */
  abstract request(traceparent: unknown): RequestTrace;
  /** Sends what was not sent yet. */
  abstract close(): Promise<void>;
}

/** Nobody collects traces. */
export class NoTracing extends Tracing {
  readonly enabled = false;

  span<T>(_name: string, _attributes: Attributes, work: () => Promise<T>): Promise<T> {
    return work();
  }

  request(): RequestTrace {
    return { within: (work) => work(), end: () => undefined };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
