import { applyDecorators } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDate,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  MinDate,
  registerDecorator,
  ValidateNested,
} from 'class-validator';
import * as ipaddr from 'ipaddr.js';
import { DURATION_FORMS } from '@provost/access-policy';
import { CREDENTIAL_KINDS, type CredentialKind } from '@provost/entities';
import { CLIENT_PROFILES, parseDateTime } from '@provost/scim-protocol';
import { SCOPES } from './scopes';

const ALL_SCOPES = Object.values(SCOPES).flat();

export class CreateTenantDto {
  @Matches(/^[a-z0-9](-?[a-z0-9]){0,62}$/, {
    message: 'must be 1 to 63 lower-case letters, digits and single hyphens, such as acme-eu',
  })
  slug!: string;
  @IsName()
  name!: string;
  @IsOptional()
  @Matches(/^[a-z0-9-]{1,40}$/, { message: 'must be lower-case letters, digits and hyphens' })
  region?: string | null;
}

class ScimSwitchDto {
  @IsBoolean({ message: 'must be true or false' })
  enabled!: boolean;
}

export class UpdateTenantDto {
  @IsOptional()
  @IsName()
  name?: string | null;
  @IsOptional()
  // A list of nothing would pass as nested.
  @IsObject({ message: 'must be an object such as {"enabled": true}' })
  @ValidateNested({ message: 'must be an object such as {"enabled": true}' })
  @Type(() => ScimSwitchDto)
  scim?: ScimSwitchDto | null;
}

export class CreateCredentialDto {
  @IsIn(CREDENTIAL_KINDS, { message: `must be one of ${CREDENTIAL_KINDS.join(', ')}` })
  kind!: CredentialKind;
  @IsName()
  name!: string;
  @IsOptional()
  @IsFutureTime()
  expiresAt?: Date;
  @IsOptional()
  @IsArray({ message: 'must be a list of CIDR ranges' })
  @ArrayMaxSize(200, { message: 'must have at most 200 ranges' })
  @IsCidr()
  allowedIps?: string[];
  @IsOptional()
  @IsIn(Object.keys(CLIENT_PROFILES), { message: `must be one of ${Object.keys(CLIENT_PROFILES).join(', ')}` })
  clientProfile?: string;
  /** Which of them a kind may be limited to is the controller's question. */
  @IsOptional()
  @IsArray({ message: 'must be a list of scopes' })
  @ArrayMaxSize(ALL_SCOPES.length, { message: `must have at most ${ALL_SCOPES.length} scopes` })
  @IsIn(ALL_SCOPES, { each: true, message: `must hold scopes: ${ALL_SCOPES.join(', ')}` })
  scopes?: string[] | null;
}

export class RotateCredentialDto {
  @IsOptional()
  @IsString({ message: DURATION_FORMS })
  overlap?: string | null;
  @IsOptional()
  @IsFutureTime()
  expiresAt?: Date | null;
}

/** A time to come, as text. */
function IsFutureTime(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? new Date(parseDateTime(value) ?? NaN) : value,
    ),
    IsDate({ message: 'must be a time such as 2027-01-31T00:00:00Z' }),
    MinDate(() => new Date(), { message: 'must lie in the future' }),
  );
}

/** A name that people gave: one line of 1 to 200 characters that can be stored. */
function IsName(): PropertyDecorator {
  return applyDecorators(
    IsString({ message: 'must be a text' }),
    Length(1, 200, { message: 'must have 1 to 200 characters' }),
    Matches(/^[^\p{Cc}\p{Cs}]*$/u, { message: 'must not contain control characters' }),
  );
}

/** Each element is a range such as 203.0.113.0/24 or 2001:db8::/32. */
function IsCidr(): PropertyDecorator {
  return (target, property) =>
    registerDecorator({
      name: 'isCidr',
      target: target.constructor,
      propertyName: property as string,
      options: { each: true, message: 'must hold CIDR ranges such as 203.0.113.0/24' },
      validator: { validate: (value: unknown) => typeof value === 'string' && ipaddr.isValidCIDR(value) },
    });
}
