import { IsInt, Max, Min } from 'class-validator';

export class RollbackDto {
  /** The version whose content comes into force again. */
  @IsInt({ message: 'must be the number of a version' })
  @Min(1, { message: 'must be the number of a version' })
  @Max(2_147_483_647, { message: 'must be the number of a version' })
  version!: number;
}
