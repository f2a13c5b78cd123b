import { setTimeout as delay } from 'node:timers/promises';
import { alternate, median, medianRatio, type Side } from '../alternate';
import { KeepAliveClient } from '../keep-alive-client';
import { person } from '../person';
import type { ProvostServer } from '../provost-server';
import { Receivers } from '../receivers';
import type { Measure } from './measure';
import { percentile } from './lifecycle';

const ENDPOINTS = 10;
/** Events a second: a busy day of a company, and little enough that nothing waits for the machine. */
const RATE = 10;

export const deadReceiver: Measure = {
  name: 'dead-receiver',
  about: `p95 of the delay of webhooks at nine receivers while a tenth never answers, over ten that all do`,
  async run(stage) {
    const server = await stage.provost('webhooks', { WEBHOOK_ALLOW_PRIVATE: '1' });
    const [dead, alive] = [new Receivers(), new Receivers()];
    try {
      const sides = [await side(server, 'dead', dead, 1), await side(server, 'alive', alive, 0)];
      const [ours, none] = await alternate(sides, stage.options.rounds, stage.options.seconds);
      return [
        {
          measure: 'p95 delay of webhooks, one dead receiver of ten over none',
          value: medianRatio(ours!, none!),
          absolute: `${median(ours!).toFixed(0)} ms, none dead ${median(none!).toFixed(0)} ms; ${RATE} events/s to ${ENDPOINTS} receivers`,
          atLeast: 1.5,
          aim: 1.1,
          better: 'less',
        },
      ];
    } finally {
      dead.stop();
      alive.stop();
    }

    async function side(provost: ProvostServer, slug: string, receivers: Receivers, deadOnes: number): Promise<Side> {
      const { target } = await provost.newTenant(slug);
      for (let i = 0; i < ENDPOINTS; i++) {
        const url = await (i < deadOnes ? receivers.dead() : receivers.alive());
        await provost.call('POST', '/api/v1/webhooks', { url, events: ['user.created'] }, slug);
      }
      const answering = ENDPOINTS - deadOnes;
      return {
        name: slug,
        round: async (seconds) => {
          receivers.delays = [];
          const client = new KeepAliveClient(target);
          const count = Math.ceil(seconds * RATE);
          const first = stage.freshPeople(count);
          for (let i = 0; i < count; i++) {
            await client.succeed('POST', `${target.base}/Users`, JSON.stringify(person(first + i)));
            await delay(1_000 / RATE);
          }
          client.close();
          for (const deadline = Date.now() + 60_000; receivers.delays.length < count * answering; await delay(20))
            if (Date.now() > deadline)
              throw new Error(
                `${receivers.delays.length} of ${count * answering} messages had arrived after a minute.`,
              );
          return percentile(receivers.delays, 0.95);
        },
      };
    }
  },
};
