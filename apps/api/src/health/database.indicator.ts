import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

const PATIENCE_MS = 1_500;

/** Whether the database answers, and whether every migration of this version has run there. */
@Injectable()
export class DatabaseIndicator {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
  ) {}

  async reachable() {
    const check = this.indicators.check('database');
    const started = performance.now();
    try {
      await within(PATIENCE_MS, this.dataSource.query('SELECT 1'));
      return check.up({ ms: Math.round(performance.now() - started) });
    } catch (error) {
      return check.down((error as Error).message);
    }
  }

  async migrated() {
    const check = this.indicators.check('migrations');
    try {
      const done = await within(PATIENCE_MS, this.dataSource.query<{ name: string }[]>('SELECT name FROM migrations'));
      const names = new Set(done.map((row) => row.name));
      const missing = this.dataSource.migrations.filter((migration) => !names.has(migration.name!)).length;
      return missing ? check.down(`${missing} migrations have not run`) : check.up();
    } catch (error) {
      return check.down((error as Error).message);
    }
  }
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
