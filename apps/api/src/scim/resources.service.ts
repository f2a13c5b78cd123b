import { Inject, Injectable } from '@nestjs/common';
import { Entitlements, Groups, type Rendered, type RequestContext, Users } from '@provost/directory';
import {
  applyPatch,
  type Json,
  type JsonObject,
  parsePatch,
  parseResource,
  type ParsedResource,
  type Projection,
  type ResourceType,
} from '@provost/scim-protocol';
import { checkImmutable } from './immutable';

/** How one operation answers: a body or, for some PATCHes, none. */
export type Answer = Rendered | undefined;

/** The verbs of RFC 7644 §3 on one resource, whatever its type; alike for single requests and for those inside a Bulk. */
@Injectable()
export class ResourcesService {
  constructor(
    @Inject(Users) private readonly users: Users,
    @Inject(Groups) private readonly groups: Groups,
    @Inject(Entitlements) private readonly entitlements: Entitlements,
  ) {}

  get(ctx: RequestContext, type: ResourceType, id: string, projection: Projection): Promise<Rendered> {
    return this.store(type).get(ctx, type, id, projection);
  }

  create(ctx: RequestContext, type: ResourceType, body: Json, projection: Projection, id?: string): Promise<Rendered> {
    return this.store(type).create(ctx, type, parseResource(type, body, ctx.profile), projection, id);
  }

  replace(
    ctx: RequestContext,
    type: ResourceType,
    id: string,
    body: Json,
    ifMatch: string | undefined,
    projection: Projection,
  ): Promise<Rendered> {
    const parsed = parseResource(type, body, ctx.profile);
    const put = (current: JsonObject) => replaced(type, current, parsed);
    if (type.name === 'Group') return this.groups.replace(ctx, type, id, ifMatch, parsed, put, projection);
    if (type.name === 'User')
      return this.users.edit(ctx, type, id, ifMatch, projection, (current) => ({
        resource: put(current),
        password: parsed.password !== undefined,
      }));
    return this.entitlements.edit(ctx, type, id, ifMatch, projection, put);
  }

  /** @param answer undefined when the client wants no body (K11): nothing is read for it then */
  async patch(
    ctx: RequestContext,
    type: ResourceType,
    id: string,
    body: Json,
    ifMatch: string | undefined,
    answer: Projection | undefined,
    whole: Projection,
  ): Promise<Answer> {
    const { steps, password } = parsePatch(type, body, ctx.profile, { id });
    if (type.name === 'Group') return this.groups.patch(ctx, type, id, ifMatch, steps, answer);
    const patched = (current: JsonObject) => stillActive(type, current, applyPatch(type, current, steps, ctx.profile));
    if (type.name === 'User')
      return this.users.edit(ctx, type, id, ifMatch, answer ?? whole, (current) => ({
        resource: patched(current),
        password: password !== undefined,
      }));
    return this.entitlements.edit(ctx, type, id, ifMatch, answer ?? whole, patched);
  }

  delete(ctx: RequestContext, type: ResourceType, id: string, ifMatch: string | undefined): Promise<void> {
    return this.store(type).delete(ctx, type, id, ifMatch);
  }

  private store(type: ResourceType): Users | Groups | Entitlements {
    return type.name === 'User' ? this.users : type.name === 'Group' ? this.groups : this.entitlements;
  }
}

/** K9: what a PUT leaves out is cleared. */
function replaced(type: ResourceType, current: JsonObject, { resource }: ParsedResource): JsonObject {
  checkImmutable(type, current, resource);
  return stillActive(type, current, resource);
}

/** Only `active: true` brings a person back: to leave the attribute out, or to remove it, changes nothing. */
function stillActive(type: ResourceType, current: JsonObject, next: JsonObject): JsonObject {
  const active = next.active ?? current.active;
  return active === undefined || type.name !== 'User' ? next : { ...next, active };
}
