import { IsOptional } from 'class-validator';
import { IsFutureTime, IsTime } from '../http';
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
  @IsTime()
  startsAt?: Date | null;
  @IsFutureTime()
  expiresAt!: Date;
  @IsLine(1_000)
  reason!: string;
}
