export { LifecycleApiModule, LifecycleModule } from './lifecycle.module';
