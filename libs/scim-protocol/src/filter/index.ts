export * from './types';
export { parseFilter } from './parse';
export { printFilter } from './print';
export { resolveElementFilter, resolveFilter } from './resolve';
export { evaluateElement, evaluateFilter } from './evaluate';
export { compareCodePoints, fold } from './collation';
export { withoutUnknownAttributes } from './unknown-attributes';
