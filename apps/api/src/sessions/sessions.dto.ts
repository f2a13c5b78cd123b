import { isIP } from 'node:net';
import { IsBoolean, IsOptional, IsString, Matches, MaxLength, registerDecorator } from 'class-validator';
import { IsFutureTime } from '../http';

/** A login of a user, as the app saw it: one that succeeded begins a session. */
export class LoginDto {
  @IsOptional()
  @Matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { message: 'must be the SCIM id of a user' })
  userId?: string | null;
  @IsOptional()
  @IsLine(1_000)
  userName?: string | null;
  @IsIpAddress()
  ip!: string;
  /** What the user logged in with, such as a User-Agent. */
  @IsOptional()
  @IsLine(1_000)
  device?: string | null;
  @IsBoolean({ message: 'must be true or false' })
  success!: boolean;
  @IsOptional()
  @IsFutureTime()
  expiresAt?: Date | null;
}

export class IntrospectionDto {
  @IsString({ message: 'must be the token of a session' })
  @MaxLength(1_000, { message: 'must have at most 1000 characters' })
  token!: string;
}

function IsLine(most: number): PropertyDecorator {
  return Matches(new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${most}}$`, 'u'), {
    message: `must be a text of 1 to ${most} characters without control characters`,
  });
}

function IsIpAddress(): PropertyDecorator {
  return (target, property) =>
    registerDecorator({
      name: 'isIpAddress',
      target: target.constructor,
      propertyName: property as string,
      options: { message: 'must be an IPv4 or IPv6 address' },
      validator: { validate: (value: unknown) => typeof value === 'string' && value.length <= 64 && isIP(value) !== 0 },
    });
}
