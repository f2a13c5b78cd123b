import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import {
  type AttributeMappings,
  attributeMappings,
  managerReference,
  type PolicyDocumentType,
  type ProfileMapping,
  validateDocument,
  withManager,
} from '@provost/access-policy';
import { Environment } from '../config';
import { problem, ValidatedBody } from '../http';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, RequestTenant } from '../tenancy';
import { ManagerDirectory } from './manager-directory';
import { TestMappingDto } from './people.dto';
import { MAPPING_TEST } from './people.openapi';
import { Profiles } from './profiles';

/** Tries attribute_mappings on a resource (contract §5); stores nothing. */
@Controller('api/v1/config/attribute_mappings/test')
@Described(MAPPING_TEST)
export class MappingTestController {
  constructor(
    @Inject(Profiles) private readonly profiles: Profiles,
    @Inject(ManagerDirectory) private readonly managers: ManagerDirectory,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  @Post()
  @HttpCode(200)
  @Allow('operator', 'admin', 'auditor')
  async test(@ValidatedBody(TestMappingDto) body: TestMappingDto, @Req() request: AuthenticatedRequest) {
    const tenantId = await this.tenant.of(request);
    const { mapping: inForce } = await this.profiles.history(tenantId);
    const mapping = body.document ? this.proposed(body.document, inForce) : inForce;
    const mapped = mapping.map(body.resource);
    const reference = managerReference(mapped.profile);
    return withManager(mapped, await this.managers.lookup(tenantId, reference === undefined ? [] : [reference]));
  }

  /** With what the rule of user creation in force says of attributes. */
  private proposed(raw: unknown, { arriving }: ProfileMapping): ProfileMapping {
    const rules = { user_creation: { attributes: arriving } };
    return this.profiles.mapping({ attribute_mappings: this.document(raw), provisioning_rules: rules });
  }

  /** @throws Problem 422 with every fault of the document, as a put of it would be refused */
  private document(raw: unknown): AttributeMappings {
    const surroundings = { appName: this.environment.APP_NAME, documents: {}, workspaces: [] };
    const { document, faults } = validateDocument(attributeMappings as PolicyDocumentType, raw, surroundings);
    if (!faults.length) return document as AttributeMappings;
    const errors = faults.map(({ pointer, detail }) => ({ pointer: `/document${pointer}`, detail }));
    throw problem(
      422,
      `The document does not fit: ${errors[0]!.pointer} ${errors[0]!.detail.replace(/\.$/, '')}.`,
      errors,
    );
  }
}
