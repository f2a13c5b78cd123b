export { administratorsOf } from './administrators';
export { LifecycleApiModule, LifecycleModule } from './lifecycle.module';
export { PlanReader } from './plan-reader';
