import { Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ValidatedBody } from '../http';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, RequestTenant } from '../tenancy';
import { DeliveriesService } from './deliveries.service';
import { CreateWebhookDto, RotateSecretDto, UpdateWebhookDto } from './webhooks.dto';
import { WEBHOOKS } from './webhooks.openapi';
import { WebhooksService } from './webhooks.service';

type PageQuery = { limit?: string; cursor?: string };

@Controller('api/v1/webhooks')
@Allow('operator', 'admin')
@Described(WEBHOOKS)
export class WebhooksController {
  constructor(
    @Inject(WebhooksService) private readonly webhooks: WebhooksService,
    @Inject(DeliveriesService) private readonly deliveries: DeliveriesService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Post()
  async create(@ValidatedBody(CreateWebhookDto) body: CreateWebhookDto, @Req() request: AuthenticatedRequest) {
    return this.webhooks.create(await this.tenant.of(request), body, eventContext(request));
  }

  @Get()
  @Allow('operator', 'admin', 'auditor')
  async list(@Query() query: PageQuery, @Req() request: AuthenticatedRequest) {
    return this.webhooks.list(await this.tenant.of(request), query);
  }

  @Get(':id')
  @Allow('operator', 'admin', 'auditor')
  async get(@Param('id') id: string, @Req() request: AuthenticatedRequest) {
    return this.webhooks.get(await this.tenant.of(request), id);
  }

  @Patch(':id')
  async update(
    @Param('id') id: string,
    @ValidatedBody(UpdateWebhookDto) body: UpdateWebhookDto,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.webhooks.update(await this.tenant.of(request), id, body, eventContext(request));
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Param('id') id: string, @Req() request: AuthenticatedRequest): Promise<void> {
    await this.webhooks.remove(await this.tenant.of(request), id, eventContext(request));
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  async rotate(
    @Param('id') id: string,
    @ValidatedBody(RotateSecretDto) body: RotateSecretDto,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.webhooks.rotate(await this.tenant.of(request), id, body.overlap, eventContext(request));
  }

  @Get(':id/deliveries')
  @Allow('operator', 'admin', 'auditor')
  async log(
    @Param('id') id: string,
    @Query() query: PageQuery & { status?: string },
    @Req() request: AuthenticatedRequest,
  ) {
    return this.deliveries.list(await this.tenant.of(request), id, query);
  }

  @Post(':id/deliveries/:delivery/replay')
  @HttpCode(202)
  async replay(@Param('id') id: string, @Param('delivery') delivery: string, @Req() request: AuthenticatedRequest) {
    return this.deliveries.replay(await this.tenant.of(request), id, delivery);
  }
}
