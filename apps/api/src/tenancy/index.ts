export * from './allow';
export { type AuthenticatedRequest } from './bearer.guard';
export * from './credential-cache';
export * from './credentials.service';
export * from './principal';
export * from './request-tenant';
export * from './strangers';
export * from './tenancy.module';
export * from './tenants.service';
