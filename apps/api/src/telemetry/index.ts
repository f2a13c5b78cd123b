export { type FinishedRequest, RequestObservers } from './finished-request';
export { Metrics } from './metrics';
export { observeRequests } from './observe-requests';
export { TelemetryModule } from './telemetry.module';
