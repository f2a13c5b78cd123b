import type { MigrationInterface, QueryRunner } from 'typeorm';

const tenantTables = [
  'credentials',
  'tenant_schemas',
  'users',
  'user_terms',
  'groups',
  'memberships',
  'entitlements',
  'page_positions',
  'events',
  'subject_keys',
];

/** How many rows a search gives at most. */
const MOST_FOUND = 3_000;

/**
 * Row-level security (design law 2). Three roles that nobody can log in as; a transaction takes one of them:
 * - provost_app sees the rows of the tenant that the transaction named, and of no other;
 * - provost_platform works across tenants, and may do little: tenants, credentials of operators, reading events, positions;
 * - provost_search owns the functions that answer "contains": LIKE is not leakproof, so under a policy it could not use
 *   its index. The functions filter on the tenant themselves and give back ids, which are joined under the policy again.
 */
export class TenantIsolation1700000000003 implements MigrationInterface {
  name = 'TenantIsolation1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    for (const role of ['provost_app', 'provost_platform', 'provost_search'])
      // Roles belong to the whole server: another database's migration may make them in this very moment.
      await runner.query(`
        DO $$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN
            CREATE ROLE ${role} NOLOGIN NOBYPASSRLS;
          END IF;
        EXCEPTION
          WHEN duplicate_object OR unique_violation THEN NULL;
          WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'the database user "%" may not create roles. Give it CREATEROLE, or have an administrator of the database run: CREATE ROLE ${role} NOLOGIN; GRANT ${role} TO "%"',
              current_user, current_user USING ERRCODE = 'insufficient_privilege';
        END $$`);
    // Granting to a superuser is not needed, and two databases migrating at once would collide on the shared catalogue.
    await runner.query(`
      DO $$ DECLARE role text; BEGIN
        IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN RETURN; END IF;
        FOREACH role IN ARRAY ARRAY['provost_app', 'provost_platform', 'provost_search'] LOOP
          IF NOT pg_has_role(current_user, role, 'MEMBER') THEN EXECUTE format('GRANT %I TO %I', role, current_user); END IF;
        END LOOP;
      EXCEPTION WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'the database user "%" may not take the roles of Provost. Have an administrator of the database run: GRANT provost_app, provost_platform, provost_search TO "%"',
          current_user, current_user USING ERRCODE = 'insufficient_privilege';
      END $$`);
    await runner.query(`
      CREATE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
        AS $$ SELECT nullif(current_setting('app.tenant', true), '')::uuid $$`);
    await runner.query(`GRANT USAGE ON SCHEMA public TO provost_app, provost_platform, provost_search`);

    for (const table of tenantTables) {
      await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      await runner.query(`
        CREATE POLICY tenant ON ${table}
          USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
    }
    await runner.query(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON credentials, tenant_schemas, users, user_terms, groups, memberships,
        entitlements, page_positions TO provost_app`,
    );
    // The log is only ever added to; a subject's key is only ever made or dropped.
    await runner.query(`GRANT SELECT, INSERT ON events TO provost_app`);
    await runner.query(`GRANT SELECT, INSERT, DELETE ON subject_keys TO provost_app`);
    await runner.query(`GRANT USAGE, SELECT ON SEQUENCE events_seq TO provost_app, provost_platform`);

    await runner.query(`ALTER TABLE tenants ENABLE ROW LEVEL SECURITY`);
    await runner.query(`ALTER TABLE tenants FORCE ROW LEVEL SECURITY`);
    await runner.query(`
      CREATE POLICY tenant ON tenants TO PUBLIC USING (id = nullif(current_setting('app.tenant', true), '')::uuid)`);
    await runner.query(`CREATE POLICY platform ON tenants TO provost_platform USING (true)`);
    await runner.query(`GRANT SELECT, UPDATE ON tenants TO provost_app`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE ON tenants TO provost_platform`);
    await runner.query(`CREATE POLICY platform ON events FOR SELECT TO provost_platform USING (true)`);
    await runner.query(`GRANT SELECT ON events TO provost_platform`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE ON event_consumers, deployment_secrets TO provost_platform`);
    await runner.query(`CREATE POLICY platform ON page_positions TO provost_platform USING (true)`);
    await runner.query(`GRANT SELECT, DELETE ON page_positions TO provost_platform`);

    await runner.query(`CREATE POLICY search ON users FOR SELECT TO provost_search USING (true)`);
    await runner.query(`CREATE POLICY search ON groups FOR SELECT TO provost_search USING (true)`);
    await runner.query(`GRANT SELECT ON users, groups TO provost_search`);
    for (const [table, column] of [
      ['users', 'search_key'],
      ['groups', 'display_name_key'],
    ]) {
      // Past a few thousand it is cheaper to walk the tenant's rows in the order of the page: PV413 says so at once. Planned
      // for each pattern, as few or many may have it.
      await runner.query(`
        CREATE FUNCTION ${table}_like(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100
          SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan AS $$
        DECLARE found integer;
        BEGIN
          RETURN QUERY SELECT t.id FROM public.${table} t
            WHERE t.tenant_id = public.current_tenant() AND t.${column} LIKE pattern LIMIT ${MOST_FOUND + 1};
          GET DIAGNOSTICS found = ROW_COUNT;
          IF found > ${MOST_FOUND} THEN RAISE EXCEPTION 'too many match' USING ERRCODE = 'PV413'; END IF;
        END $$`);
      await runner.query(`REVOKE ALL ON FUNCTION ${table}_like(text) FROM PUBLIC`);
      await runner.query(`GRANT EXECUTE ON FUNCTION ${table}_like(text) TO provost_app`);
      // A new owner must be able to create in the schema for the moment of the change.
      await runner.query(`GRANT CREATE ON SCHEMA public TO provost_search`);
      await runner.query(`ALTER FUNCTION ${table}_like(text) OWNER TO provost_search`);
      await runner.query(`REVOKE CREATE ON SCHEMA public FROM provost_search`);
    }
    await runner.query(`
      CREATE FUNCTION refuse_credential() RETURNS text LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'credential refused' USING ERRCODE = 'PV401'; END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION refuse_credential()`);
    for (const table of ['users', 'groups']) {
      await runner.query(`DROP FUNCTION ${table}_like(text)`);
      await runner.query(`DROP POLICY search ON ${table}`);
    }
    await runner.query(`DROP POLICY platform ON events`);
    await runner.query(`DROP POLICY platform ON page_positions`);
    await runner.query(`DROP POLICY platform ON tenants`);
    for (const table of [...tenantTables, 'tenants']) {
      await runner.query(`DROP POLICY tenant ON ${table}`);
      await runner.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
      await runner.query(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`);
    }
    await runner.query(`DROP FUNCTION current_tenant()`);
  }
}
