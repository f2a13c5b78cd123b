import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { dataSourceOptions, tenantDatabase } from '@provost/entities';
import { EventDelivery, EventSignal } from '@provost/event-log';
import { journal } from './journal';

/** A worker process of its own, to be killed: `node … <database url> <consumer> <ms a batch takes>`. */
async function work(url: string, name: string, ms: number): Promise<void> {
  const dataSource = await new DataSource(dataSourceOptions(url, 4)).initialize();
  const db = tenantDatabase(dataSource);
  const signal = new EventSignal(url);
  await signal.start();
  const handle = journal(dataSource, name, `process ${process.pid}`, () => delay(ms));
  const delivery = new EventDelivery({ name, handle }, db, signal, (message, error) => console.error(message, error));
  process.on('SIGTERM', () => void delivery.stop().then(() => process.exit(0)));
  delivery.start();
  process.stdout.write('ready\n');
}

void work(process.argv[2]!, process.argv[3]!, Number(process.argv[4]));
