import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../alternate';
import { startNode } from '../child-server';
import { MAIN, NODE_FLAGS } from '../provost-server';
import type { Row } from '../table';
import { timed } from '../timed';
import type { Measure } from './measure';

const TIMES = 3;

export const starts: Measure = {
  name: 'start',
  about:
    'from the command to the first request that is taken, with the embedded database: the first start, and later ones',
  async run() {
    const first: number[] = [];
    const later: number[] = [];
    for (let n = 0; n < TIMES; n++) {
      const folder = mkdtempSync(join(tmpdir(), 'provost-bench-start-'));
      try {
        for (const times of [first, later, later]) {
          const environment = { DATA_DIR: folder, LOG_LEVEL: 'warn' };
          const { ms, result } = await timed(() => startNode([...NODE_FLAGS, MAIN], environment, /Provost is ready/));
          times.push(ms / 1000);
          await result.stop();
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    const row = (measure: string, times: readonly number[], atLeast: number, aim: number): Row => ({
      measure,
      value: median(times),
      unit: 's',
      absolute: `${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)} s`,
      atLeast,
      aim,
      better: 'less',
    });
    return [row('first start', first, 15, 3), row('later start', later, 3, 1)];
  },
};
