export { type DocumentView } from './document-versions';
export { documentType } from './document-types';
export { PolicyBindings } from './policy-bindings';
export * from './policy-documents';
export * from './policy-documents.module';
export { PolicyWrites, type PutView } from './policy-writes';
