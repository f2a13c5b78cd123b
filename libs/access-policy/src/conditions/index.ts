export { type Attributes, type Condition, parseCondition } from './condition';
export { ConditionFault } from './condition-fault';
