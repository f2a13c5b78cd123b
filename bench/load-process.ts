import { KeepAliveClient } from './keep-alive-client';
import type { LoadJob, LoadResult } from './load';
import { requestOf } from './traffic';

/** The load generator: a process of its own, so that it shares no event loop with anything. One job a process. */
async function run({ target, traffic, connections, seconds }: LoadJob): Promise<LoadResult> {
  const clients = Array.from({ length: connections }, () => new KeepAliveClient(target));
  let sent = 0;
  const begin = process.hrtime.bigint();
  const end = begin + BigInt(Math.round(seconds * 1e9));
  await Promise.all(
    clients.map(async (client) => {
      while (process.hrtime.bigint() < end) {
        const { method, path, body } = requestOf(traffic, sent++);
        await client.succeed(method, target.base + path, body);
      }
    }),
  );
  const elapsed = Number(process.hrtime.bigint() - begin) / 1e9;
  for (const client of clients) client.close();
  return { requests: sent, perSecond: sent / elapsed };
}

process.once('message', (job: LoadJob) => {
  run(job)
    .then((result) => process.send!({ result }))
    .catch((error: Error) => process.send!({ error: error.message }))
    .finally(() => process.disconnect());
});
