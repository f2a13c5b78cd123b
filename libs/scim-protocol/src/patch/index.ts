export * from './types';
export { type PatchOptions, parsePatch } from './parse';
export { PATCH_URN } from './message';
export { applyPatch } from './apply';
export { splitMembers, type SplitPatch } from './members';
