import { Type } from 'class-transformer';
import { IsIn, IsObject, IsOptional, IsUUID, ValidateNested } from 'class-validator';

export const SIMULATED = [
  'user.created',
  'user.deactivated',
  'user.reactivated',
  'user.deleted',
  'group.member_added',
  'group.member_removed',
] as const;

export class SimulatedEventDto {
  @IsIn(SIMULATED, { message: `must be one of ${SIMULATED.join(', ')}` })
  type!: (typeof SIMULATED)[number];
  @IsUUID('all', { message: 'must be the SCIM id of a user' })
  userId!: string;
  @IsOptional()
  @IsUUID('all', { message: 'must be the SCIM id of a group' })
  groupId?: string;
}

export class SimulationDto {
  // A list of nothing would pass as nested.
  @IsObject({ message: 'must be an object such as {"type": "user.deactivated", "userId": "…"}' })
  @ValidateNested({ message: 'must be an object such as {"type": "user.deactivated", "userId": "…"}' })
  @Type(() => SimulatedEventDto)
  event!: SimulatedEventDto;
}
