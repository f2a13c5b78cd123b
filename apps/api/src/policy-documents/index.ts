export { PolicyBindings } from './policy-bindings';
export * from './policy-documents';
export * from './policy-documents.module';
