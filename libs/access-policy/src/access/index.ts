export * from './access';
export { AccessPolicy } from './access-policy';
export { bindingWarning, bindingWarnings, MOST_BINDING_WARNINGS } from './binding-warnings';
export type { PersonDecider } from './person-decider';
export type { AccessDocuments, Grant, Groups, Person, PolicyInputs } from './policy-inputs';
