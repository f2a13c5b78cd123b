import 'reflect-metadata';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDate,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  registerDecorator,
  ValidateNested,
} from 'class-validator';
import { dtoName, dtoSchema, isDto } from './dto-schema';

class InnerDto {
  @IsBoolean({ message: 'must be true or false' })
  enabled!: boolean;
}

class OuterDto {
  @Length(1, 200, { message: 'must have 1 to 200 characters' })
  @IsString({ message: 'must be a text' })
  name!: string;
  @IsIn(['a', 'b'])
  @IsOptional()
  kind?: string;
  @Matches(/^\p{Lu}+$/u)
  upper!: string;
  @Matches(/^x$/i)
  anyCase!: string;
  @IsInt()
  @Min(1)
  @Max(9)
  count!: number;
  @IsDate()
  at!: Date;
  @ValidateNested()
  @IsOptional()
  inner?: InnerDto;
  @IsArray()
  @ArrayMaxSize(3)
  @IsString({ each: true })
  @isOdd
  list!: string[];
}

function isOdd(target: object, propertyName: string): void {
  const options = { each: true, message: 'must hold odd ones' };
  registerDecorator({
    name: 'isOdd',
    target: target.constructor,
    propertyName,
    options,
    validator: { validate: Boolean },
  });
}

it('says in JSON Schema what class-validator asks for', () => {
  expect(dtoSchema(OuterDto)).toEqual({
    type: 'object',
    required: ['name', 'upper', 'anyCase', 'count', 'at', 'list'],
    additionalProperties: false,
    properties: {
      name: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        description: 'Must have 1 to 200 characters; must be a text.',
      },
      kind: { enum: ['a', 'b', null] },
      upper: { type: 'string', pattern: '^\\p{Lu}+$' },
      anyCase: { type: 'string' },
      count: { type: 'integer', minimum: 1, maximum: 9 },
      at: { type: 'string', format: 'date-time' },
      inner: {
        type: ['object', 'null'],
        required: ['enabled'],
        additionalProperties: false,
        properties: { enabled: { type: 'boolean', description: 'Must be true or false.' } },
      },
      list: { type: 'array', maxItems: 3, items: { type: 'string' }, description: 'Must hold odd ones.' },
    },
  });
});

it('admits other members where it is open', () =>
  expect(dtoSchema(InnerDto, true)).toMatchObject({ additionalProperties: true }));

it('knows a DTO by its rules, and names it without its suffix', () => {
  expect([InnerDto, Object, String, class Bare {}, 'text', undefined].map(isDto)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
  expect(dtoName(InnerDto)).toBe('Inner');
});
