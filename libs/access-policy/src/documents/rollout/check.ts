import { conditionFaults } from '../../access/condition-faults';
import type { Finding } from '../../document';
import type { Rollout } from './rollout';

/** Phases of one name, conditions that do not parse, an active phase that is none. */
export function check({ phases, active }: Rollout): { faults: Finding[]; warnings: Finding[] } {
  const names = new Set<string>();
  const faults = phases.flatMap(({ name, when }, i): Finding[] => {
    const pointer = `/phases/${i}/name`;
    const repeated = names.has(name) ? [{ pointer, detail: 'is the name of an earlier phase as well' }] : [];
    names.add(name);
    return [...repeated, ...(when === undefined ? [] : conditionFaults(`/phases/${i}/when`, when))];
  });
  if (!names.has(active)) {
    const known = [...names].slice(0, 20).map((name) => `"${name}"`);
    faults.push({ pointer: '/active', detail: `is no phase; the phases are ${known.join(', ')}` });
  }
  return { faults, warnings: [] };
}
