import { DataSource } from 'typeorm';
import { dataSourceOptions } from '@provost/entities';
import { asScimError } from './scim-errors';

it('a database that is away is 503, which clients try again, also where TypeORM and not we found it away', async () => {
  // Nobody listens on port 1.
  const away = new DataSource({
    ...dataSourceOptions('postgres://nobody@127.0.0.1:1/none'),
    entities: [],
    migrations: [],
  });
  const fault: unknown = await away.initialize().catch((error: unknown) => error);
  expect(asScimError(fault)).toMatchObject({
    status: 503,
    detail: expect.stringMatching(/^The directory cannot be reached/),
  });
  expect(asScimError(new Error('anything else'))).toBeUndefined();
});
