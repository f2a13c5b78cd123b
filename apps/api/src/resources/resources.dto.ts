import { ArrayMaxSize, IsArray, IsOptional, Matches } from 'class-validator';
import { IsKey } from './resource-key';

/** Most members that one request may set. */
export const MOST_MEMBERS = 100_000;

/** One line of text that people gave. */
export function IsLine(most: number): PropertyDecorator {
  return Matches(new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${most}}$`, 'u'), {
    message: `must be a text of 1 to ${most} characters without control characters`,
  });
}

/** The id of a user, as SCIM gave it. */
export function IsUserId(): PropertyDecorator {
  return Matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { message: 'must be the SCIM id of a user' });
}

export class WorkspaceDto {
  @IsLine(200)
  name!: string;
}

export class ProjectDto {
  @IsLine(200)
  name!: string;
  @IsOptional()
  @IsKey()
  workspace?: string | null;
  /** All of them; without it those of before stay. */
  @IsOptional()
  @IsArray({ message: 'must be a list of the SCIM ids of users' })
  @ArrayMaxSize(MOST_MEMBERS, { message: `must have at most ${MOST_MEMBERS} members` })
  members?: unknown[] | null;
}

export class ProjectMemberDto {
  @IsUserId()
  userId!: string;
}

export class ContentDto {
  @IsLine(100)
  type!: string;
  @IsUserId()
  ownerId!: string;
  @IsOptional()
  @IsKey()
  project?: string | null;
  @IsOptional()
  @IsKey()
  workspace?: string | null;
  @IsOptional()
  @IsLine(100)
  classification?: string | null;
}
