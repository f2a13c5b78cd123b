export * from './differences';
export * from './duration';
export { pointerTo } from './json-pointer';
export * from './policy-document-type';
export * from './validate-document';
