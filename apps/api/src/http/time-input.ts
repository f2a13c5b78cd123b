import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsDate, MinDate } from 'class-validator';
import { parseDateTime } from '@provost/scim-protocol';

/** A time as RFC 3339 text, which the DTO has as a Date. */
export function IsTime(): PropertyDecorator {
  return applyDecorators(
    // What is no time becomes an invalid Date, and anything but text stays what it is.
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? new Date(parseDateTime(value) ?? NaN) : value,
    ),
    IsDate({ message: 'must be a time such as 2027-01-31T00:00:00Z' }),
  );
}

/** A time to come, as text. */
export function IsFutureTime(): PropertyDecorator {
  return applyDecorators(
    MinDate(() => new Date(), { message: 'must lie in the future' }),
    IsTime(),
  );
}
