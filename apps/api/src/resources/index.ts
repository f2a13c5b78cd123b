export * from './resource-reader';
export * from './resources.module';
