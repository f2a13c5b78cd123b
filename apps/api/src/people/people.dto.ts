import { IsObject, IsOptional } from 'class-validator';

/** The body of PATCH /users/:id. */
export class ChangePersonDto {
  /** Fields of the profile and their values; null gives a field back to Okta. */
  @IsObject({ message: 'must be an object of fields of the profile' })
  profile!: Record<string, unknown>;
}

/** The body of POST /config/attribute_mappings/test. */
export class TestMappingDto {
  /** As it would be stored. */
  @IsObject({ message: 'must be a SCIM user' })
  resource!: Record<string, unknown>;

  /** The attribute_mappings to map it by, bare or wrapped in its name; without it, those in force. */
  @IsOptional()
  @IsObject({ message: 'must be a document' })
  document?: Record<string, unknown>;
}
