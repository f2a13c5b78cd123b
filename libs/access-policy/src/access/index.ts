export * from './access';
export { AccessPolicy } from './access-policy';
export { bindingWarnings } from './binding-warnings';
export type { PersonDecider } from './person-decider';
export type { AccessDocuments, Grant, Groups, Person, PolicyInputs } from './policy-inputs';
