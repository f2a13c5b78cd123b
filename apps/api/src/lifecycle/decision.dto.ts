import { IsString, Length } from 'class-validator';

/** Why somebody decided so. */
export class DecisionDto {
  @IsString({ message: 'must be a text' })
  @Length(1, 1_000, { message: 'must be a text of 1 to 1000 characters' })
  reason!: string;
}
