import { applyDecorators } from '@nestjs/common';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsOptional, IsString, Length, Matches } from 'class-validator';
import { DURATION_FORMS } from '@provost/access-policy';
import { EVENT_PATTERN } from './event-patterns';

export class CreateWebhookDto {
  @IsUrlText()
  url!: string;
  @AreEventPatterns()
  events!: string[];
  @IsOptional()
  @IsDescription()
  description?: string | null;
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  enabled?: boolean;
}

export class UpdateWebhookDto {
  @IsOptional()
  @IsUrlText()
  url?: string;
  @IsOptional()
  @AreEventPatterns()
  events?: string[];
  @IsOptional()
  @IsDescription()
  description?: string | null;
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  enabled?: boolean;
}

export class RotateSecretDto {
  @IsOptional()
  @IsString({ message: DURATION_FORMS })
  overlap?: string;
}

function IsUrlText(): PropertyDecorator {
  return applyDecorators(
    IsString({ message: 'must be a URL' }),
    Length(1, 2_000, { message: 'must have 1 to 2000 characters' }),
  );
}

function AreEventPatterns(): PropertyDecorator {
  return applyDecorators(
    IsArray({ message: 'must be a list of event types' }),
    ArrayMinSize(1, { message: 'must name at least one event type, or * for all' }),
    ArrayMaxSize(100, { message: 'must have at most 100 patterns' }),
    Matches(EVENT_PATTERN, { each: true, message: 'must hold event types such as user.created, user.* or *' }),
  );
}

function IsDescription(): PropertyDecorator {
  return applyDecorators(
    IsString({ message: 'must be a text' }),
    Length(0, 500, { message: 'must have at most 500 characters' }),
    Matches(/^[^\p{Cc}\p{Cs}]*$/u, { message: 'must not contain control characters' }),
  );
}
