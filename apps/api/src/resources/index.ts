export { contentChanged } from './resource-events';
export * from './resource-reader';
export * from './resources.module';
