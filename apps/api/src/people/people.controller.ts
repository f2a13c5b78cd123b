import { Controller, Get, Inject, Param, Patch, Query, Req } from '@nestjs/common';
import { isUuid } from '@provost/entities';
import { problem, ValidatedBody } from '../http';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, pageOf, RequestTenant, Scoped } from '../tenancy';
import { ChangePersonDto } from './people.dto';
import { PEOPLE } from './people.openapi';
import { noSuchUser, PeopleService } from './people.service';
import { ProfileChanges } from './profile-changes';

/** Longer than any userName; what is searched for is a part of one. */
const MAX_QUERY = 300;

@Controller('api/v1/users')
@Allow('operator', 'admin', 'app', 'auditor')
@Scoped('users')
@Described(PEOPLE)
export class PeopleController {
  constructor(
    @Inject(PeopleService) private readonly people: PeopleService,
    @Inject(ProfileChanges) private readonly changes: ProfileChanges,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Get()
  async list(@Query() query: Record<string, string>, @Req() request: AuthenticatedRequest) {
    const { limit, after } = pageOf(query);
    return this.people.list(await this.tenant.of(request), searched(query.query), limit, after);
  }

  @Get(':id')
  async get(@Param('id') id: string, @Req() request: AuthenticatedRequest) {
    return this.people.get(await this.tenant.of(request), id);
  }

  @Patch(':id')
  @Allow('operator', 'admin', 'app')
  async change(
    @Param('id') id: string,
    @ValidatedBody(ChangePersonDto) body: ChangePersonDto,
    @Req() request: AuthenticatedRequest,
  ) {
    if (!isUuid(id)) throw noSuchUser();
    const tenantId = await this.tenant.of(request);
    await this.changes.set(tenantId, id, body.profile, eventContext(request));
    return this.people.get(tenantId, id);
  }
}

/** @throws Problem 400 */
function searched(query: unknown): string | undefined {
  if (query === undefined || query === '') return undefined;
  if (typeof query === 'string' && query.length <= MAX_QUERY && !query.includes('\0')) return query;
  const detail = `must be one text of at most ${MAX_QUERY} characters`;
  throw problem(400, `query ${detail}.`, [{ pointer: '/query', detail }]);
}
