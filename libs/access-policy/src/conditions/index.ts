export { type Attributes, type Condition, ConditionFault, parseCondition } from './condition';
