export { contentChanged } from './resource-events';
export { isKey } from './resource-key';
export * from './resource-reader';
export * from './resources.module';
