import { applyDecorators } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  registerDecorator,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import * as ipaddr from 'ipaddr.js';
import { DURATION_FORMS } from '@provost/access-policy';
import { CREDENTIAL_KINDS, type CredentialKind } from '@provost/entities';
import { CLIENT_PROFILES } from '@provost/scim-protocol';
import { RATE_WINDOW_FORMS, rateWindow } from '../config';
import { IsFutureTime } from '../http';
import { GRANT_TYPES, type GrantType, isRedirectUri } from './oauth-clients';
import { SCOPES } from './scopes';

const ALL_SCOPES = Object.values(SCOPES).flat();
const RATE_LIMIT_FORM = 'must be an object such as {"requests": 1500, "window": "PT1M"}';

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

class RateLimitDto {
  @IsInt({ message: 'must be a whole number of requests' })
  @Min(1, { message: 'must be at least 1' })
  @Max(1_000_000_000, { message: 'must be at most 1000000000' })
  requests!: number;
  @IsRateWindow()
  window!: string;
}

export class UpdateCredentialDto {
  @IsOptional()
  @IsName()
  name?: string | null;
  @IsOptional()
  @IsFutureTime()
  expiresAt?: Date | null;
  @IsOptional()
  @IsRanges()
  allowedIps?: string[] | null;
  @IsOptional()
  @AreScopes()
  scopes?: string[] | null;
  @IsOptional()
  @IsObject({ message: RATE_LIMIT_FORM })
  @ValidateNested({ message: RATE_LIMIT_FORM })
  @Type(() => RateLimitDto)
  rateLimit?: RateLimitDto | null;
}

export class CreateCredentialDto {
  // Some would call it that.
  @Transform(({ value }: { value: unknown }) => (value === 'oauth_client' ? 'oauth' : value))
  @IsIn(CREDENTIAL_KINDS, { message: `must be one of ${CREDENTIAL_KINDS.join(', ')}` })
  kind!: CredentialKind;
  @IsName()
  name!: string;
  @IsOptional()
  @IsFutureTime()
  expiresAt?: Date;
  @IsOptional()
  @IsRanges()
  allowedIps?: string[];
  @IsOptional()
  @IsIn(Object.keys(CLIENT_PROFILES), { message: `must be one of ${Object.keys(CLIENT_PROFILES).join(', ')}` })
  clientProfile?: string;
  /** Of an OAuth client; without it the client only calls for itself. */
  @IsOptional()
  @IsArray({ message: 'must be a list of URLs' })
  @ArrayMaxSize(20, { message: 'must have at most 20 URLs' })
  @IsRedirectUri()
  redirectUris?: string[] | null;
  @IsOptional()
  @IsArray({ message: 'must be a list of grant types' })
  @ArrayMinSize(1, { message: 'must name at least one grant type' })
  @ArrayUnique({ message: 'must name each grant type once' })
  @IsIn(GRANT_TYPES, { each: true, message: `must hold ${GRANT_TYPES.join(', ')}` })
  grantTypes?: GrantType[] | null;
  @IsOptional()
  @AreScopes()
  scopes?: string[] | null;
  @IsOptional()
  @IsObject({ message: RATE_LIMIT_FORM })
  @ValidateNested({ message: RATE_LIMIT_FORM })
  @Type(() => RateLimitDto)
  rateLimit?: RateLimitDto | null;
}

export class RotateCredentialDto {
  @IsOptional()
  @IsString({ message: DURATION_FORMS })
  overlap?: string | null;
  @IsOptional()
  @IsFutureTime()
  expiresAt?: Date | null;
}

function IsRanges(): PropertyDecorator {
  return applyDecorators(
    IsArray({ message: 'must be a list of CIDR ranges' }),
    ArrayMaxSize(200, { message: 'must have at most 200 ranges' }),
    IsCidr(),
  );
}

/** Scopes that there are; which of them a kind may be limited to is the service's question. */
function AreScopes(): PropertyDecorator {
  return applyDecorators(
    IsArray({ message: 'must be a list of scopes' }),
    ArrayMaxSize(ALL_SCOPES.length, { message: `must have at most ${ALL_SCOPES.length} scopes` }),
    IsIn(ALL_SCOPES, { each: true, message: `must hold scopes: ${ALL_SCOPES.join(', ')}` }),
  );
}

function IsRateWindow(): PropertyDecorator {
  return applyDecorators(
    IsString({ message: RATE_WINDOW_FORMS }),
    ValidateBy(
      {
        name: 'rateWindow',
        validator: { validate: (value) => typeof value === 'string' && rateWindow(value) !== undefined },
      },
      { message: RATE_WINDOW_FORMS },
    ),
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

/** Each element is an address that a browser can be sent back to. */
function IsRedirectUri(): PropertyDecorator {
  return (target, property) =>
    registerDecorator({
      name: 'isRedirectUri',
      target: target.constructor,
      propertyName: property as string,
      options: { each: true, message: 'must hold http or https URLs as browsers write them, without user or fragment' },
      validator: { validate: isRedirectUri },
    });
}
