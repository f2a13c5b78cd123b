import { Controller, Get, Inject, Res } from '@nestjs/common';
import { Public } from '../tenancy';
import { Metrics } from './metrics';

interface PageReply {
  header(name: string, value: string): PageReply;
  send(text: string): unknown;
}

/** What Prometheus scrapes (contract §8). No credential: there is nothing of a tenant or a person in it. */
@Controller('metrics')
@Public()
export class MetricsController {
  constructor(@Inject(Metrics) private readonly metrics: Metrics) {}

  @Get()
  async page(@Res() reply: PageReply): Promise<void> {
    const { type, text } = await this.metrics.page();
    reply.header('content-type', type).send(text);
  }
}
