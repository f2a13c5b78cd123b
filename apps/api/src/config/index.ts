export * from './config.module';
export * from './environment';
export { RATE_WINDOW_FORMS, type RateLimit, rateWindow } from './rate-limit';
