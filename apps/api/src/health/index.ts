export { HealthApiModule, HealthModule } from './health.module';
