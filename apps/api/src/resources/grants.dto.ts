import { Transform } from 'class-transformer';
import { IsDate, IsOptional, MinDate } from 'class-validator';
import { parseDateTime } from '@provost/scim-protocol';
import { IsKey } from './resource-key';
import { IsLine, IsUserId } from './resources.dto';

export class CreateGrantDto {
  @IsUserId()
  userId!: string;
  @IsOptional()
  @IsLine(200)
  role?: string | null;
  @IsOptional()
  @IsLine(200)
  permission?: string | null;
  @IsOptional()
  @IsKey()
  workspace?: string | null;
  @IsOptional()
  @AsTime()
  @IsDate({ message: 'must be a time such as 2027-01-31T00:00:00Z' })
  startsAt?: Date | null;
  @AsTime()
  @IsDate({ message: 'must be a time such as 2027-01-31T00:00:00Z' })
  @MinDate(() => new Date(), { message: 'must lie in the future' })
  expiresAt!: Date;
  @IsLine(1_000)
  reason!: string;
}

/** RFC 3339 text as a Date; what is none becomes an invalid one, and anything else stays what it is. */
function AsTime(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? new Date(parseDateTime(value) ?? NaN) : value,
  );
}
