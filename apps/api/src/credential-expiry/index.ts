export * from './credential-expiry.module';
