export * from './deprovisioning-rules';
