export { AccessReader, type Answerer } from './access-reader';
export { MappingApiModule, MappingModule } from './mapping.module';
export { PeopleScan } from './people-scan';
export { personOf } from './person-row';
export { TenantPolicies, type TenantPolicy } from './tenant-policies';
