import { Controller, Get, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { nameOfAction } from '@provost/access-policy';
import { ValidatedBody } from '../http';
import { Environment } from '../config';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, RequestTenant } from '../tenancy';
import { ActionRegistry } from './actions';
import { LIFECYCLE } from './lifecycle.openapi';
import { SimulationDto } from './simulation.dto';
import { Simulations } from './simulations';

@Controller('api/v1/lifecycle')
@Allow('operator', 'admin', 'auditor')
@Described(LIFECYCLE)
export class LifecycleController {
  constructor(
    @Inject(Simulations) private readonly simulations: Simulations,
    @Inject(ActionRegistry) private readonly registry: ActionRegistry,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  /** What rules can do. */
  @Get('actions')
  actions() {
    return this.registry.all.map(({ code, about, schema, destructive, undo }) => ({
      action: nameOfAction(code, this.environment.APP_NAME),
      ...{ about, arguments: schema, destructive, undoable: undo !== undefined },
    }));
  }

  @Post('simulate')
  @HttpCode(200)
  @Allow('operator', 'admin')
  async simulate(@ValidatedBody(SimulationDto) { event }: SimulationDto, @Req() request: AuthenticatedRequest) {
    return this.simulations.simulate(await this.tenant.of(request), event);
  }
}
