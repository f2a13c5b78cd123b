import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsOptional } from 'class-validator';

/** The body of PATCH /users/:id. */
export class ChangePersonDto {
  @ApiProperty({
    description: 'Fields of the profile and their values; null gives a field back to Okta.',
    example: { jobTitle: 'Head of Support' },
    type: 'object',
    additionalProperties: true,
  })
  @IsObject({ message: 'must be an object of fields of the profile' })
  profile!: Record<string, unknown>;
}

/** The body of POST /config/attribute_mappings/test. */
export class TestMappingDto {
  @ApiProperty({
    description: 'A SCIM user, as it would be stored.',
    example: { userName: 'ava@corp.example', title: 'Engineer' },
    type: 'object',
    additionalProperties: true,
  })
  @IsObject({ message: 'must be a SCIM user' })
  resource!: Record<string, unknown>;

  @ApiPropertyOptional({
    description: 'The attribute_mappings to map it by, bare or wrapped in its name; without it, those in force.',
    example: { custom_mappings: { 'okta:custom:costCenter': 'taskade:costCenter' } },
    type: 'object',
    additionalProperties: true,
  })
  @IsOptional()
  @IsObject({ message: 'must be a document' })
  document?: Record<string, unknown>;
}
