export { type RequestTrace, Tracing } from './tracing';
export { TracingModule } from './tracing.module';
