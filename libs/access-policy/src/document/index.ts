export * from './policy-document-type';
export * from './validate-document';
