import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { PagePositions } from '@provost/directory';
import { FaultLog } from '../http';

const EVERY_MS = 10 * 60_000;

/** Clears away what walks that ended have left. */
@Injectable()
export class OldPages {
  constructor(
    @Inject(PagePositions) private readonly positions: PagePositions,
    @Inject(FaultLog) private readonly faults: FaultLog,
  ) {}

  @Interval(EVERY_MS)
  async forget(): Promise<void> {
    await this.positions
      .forgetOld()
      .catch((error: unknown) => this.faults.warn('Old page positions were not cleared away.', error));
  }
}
