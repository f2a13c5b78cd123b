export { PolicyBindings } from './policy-bindings';
export * from './policy-documents';
export * from './policy-documents.module';
export { ANY_DOCUMENT, DOCUMENT_NAME, MISFIT } from './policy-documents.openapi';
