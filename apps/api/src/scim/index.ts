export { untangleBaseUrlQuery } from './base-url-query';
export { asScimError, methodNotAllowed } from './scim-errors';
export { SCIM_JSON } from './scim-reply';
export { ScimModule } from './scim.module';
export { TenantRegistries } from './tenant-registries';
