import type { Stage } from '../stage';
import type { Row } from '../table';

/** One question that the benchmark answers. */
export interface Measure {
  /** For --only. */
  readonly name: string;
  readonly about: string;
  /** Takes minutes: only with --long, or when named. */
  readonly long?: boolean;
  run(stage: Stage): Promise<Row[]>;
}
