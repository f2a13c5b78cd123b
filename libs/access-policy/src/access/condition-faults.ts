import { ConditionFault, parseCondition } from '../conditions';
import type { Finding } from '../document';

/** The fault of a condition that cannot be read, with its column; none when it can. */
export function conditionFaults(pointer: string, text: string): Finding[] {
  try {
    parseCondition(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConditionFault)) throw error;
    return [{ pointer, detail: `is a condition that cannot be read at column ${error.column}: ${error.detail}` }];
  }
}
