export * from './differences';
export * from './duration';
export * from './policy-document-type';
export * from './validate-document';
