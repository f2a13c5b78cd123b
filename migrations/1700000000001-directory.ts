import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The directory, its tenants and credentials. Every key begins with tenant_id (design law 2), so that the schema can be
 * distributed by tenant. `*_key` columns hold the folded value as the application folds it (JavaScript's toLowerCase),
 * COLLATE "C": under row-level security only leakproof operators reach an index, and lower() is not one.
 */
export class Directory1700000000001 implements MigrationInterface {
  name = 'Directory1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE EXTENSION IF NOT EXISTS pg_trgm`);
    await runner.query(`CREATE EXTENSION IF NOT EXISTS btree_gin`);
    await runner.query(`
      CREATE TABLE tenants (
        id uuid NOT NULL,
        slug text COLLATE "C" NOT NULL,
        name text NOT NULL,
        region text,
        scim_enabled boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL,
        CONSTRAINT tenants_pkey PRIMARY KEY (id),
        CONSTRAINT tenants_slug_key UNIQUE (slug)
      )`);
    await runner.query(`
      CREATE TABLE credentials (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        token_hash bytea NOT NULL,
        client_profile text NOT NULL DEFAULT 'lenient',
        allowed_ips text[] NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        last_used_ip text,
        CONSTRAINT credentials_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT credentials_token_key UNIQUE (tenant_id, token_hash)
      )`);
    await runner.query(`
      CREATE TABLE tenant_schemas (
        tenant_id uuid NOT NULL,
        urn text COLLATE "C" NOT NULL,
        resource_type text NOT NULL,
        definition json NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT tenant_schemas_pkey PRIMARY KEY (tenant_id, urn)
      )`);
    await runner.query(`
      CREATE TABLE users (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        user_name text NOT NULL,
        user_name_key text COLLATE "C" NOT NULL,
        external_id text COLLATE "C",
        display_name text,
        search_key text COLLATE "C" NOT NULL,
        active boolean NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL DEFAULT 1,
        resource json NOT NULL,
        CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id) INCLUDE (active),
        CONSTRAINT users_user_name_key UNIQUE (tenant_id, user_name_key)
      )`);
    await runner.query(`CREATE INDEX users_external_id ON users (tenant_id, external_id)`);
    await runner.query(`CREATE INDEX users_updated_at ON users (tenant_id, updated_at)`);
    await runner.query(`CREATE INDEX users_inactive ON users (tenant_id, id) WHERE NOT active`);
    // With the tenant in it, a search costs what that tenant has, not what all have.
    await runner.query(`CREATE INDEX users_search ON users USING gin (tenant_id, search_key gin_trgm_ops)`);
    await runner.query(`
      CREATE TABLE user_terms (
        tenant_id uuid NOT NULL,
        term bigint NOT NULL,
        user_id uuid NOT NULL,
        CONSTRAINT user_terms_pkey PRIMARY KEY (tenant_id, term, user_id)
      )`);
    await runner.query(`
      CREATE TABLE groups (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        display_name text NOT NULL,
        display_name_key text COLLATE "C" NOT NULL,
        external_id text COLLATE "C",
        member_count integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL DEFAULT 1,
        resource json NOT NULL,
        CONSTRAINT groups_pkey PRIMARY KEY (tenant_id, id)
      )`);
    await runner.query(`CREATE INDEX groups_display_name ON groups (tenant_id, display_name_key)`);
    await runner.query(`CREATE INDEX groups_external_id ON groups (tenant_id, external_id)`);
    await runner.query(`CREATE INDEX groups_updated_at ON groups (tenant_id, updated_at)`);
    await runner.query(`CREATE INDEX groups_search ON groups USING gin (tenant_id, display_name_key gin_trgm_ops)`);
    await runner.query(`
      CREATE TABLE memberships (
        tenant_id uuid NOT NULL,
        group_id uuid NOT NULL,
        member_id uuid NOT NULL,
        member_type text NOT NULL,
        CONSTRAINT memberships_pkey PRIMARY KEY (tenant_id, group_id, member_id)
      )`);
    await runner.query(`CREATE INDEX memberships_member ON memberships (tenant_id, member_id, group_id)`);
    await runner.query(`
      CREATE TABLE entitlements (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        resource_type text NOT NULL,
        display_name text NOT NULL,
        display_name_key text COLLATE "C" NOT NULL,
        external_id text COLLATE "C",
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL DEFAULT 1,
        resource json NOT NULL,
        CONSTRAINT entitlements_pkey PRIMARY KEY (tenant_id, id)
      )`);
    await runner.query(
      `CREATE INDEX entitlements_display_name ON entitlements (tenant_id, resource_type, display_name_key)`,
    );
    // A walk's memory may be lost in a crash: the next page then falls back to counting rows.
    await runner.query(`
      CREATE UNLOGGED TABLE page_positions (
        tenant_id uuid NOT NULL,
        credential_id uuid NOT NULL,
        query_hash bytea NOT NULL,
        start_index integer NOT NULL,
        after_id uuid NOT NULL,
        until_id uuid NOT NULL,
        total integer NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT page_positions_pkey PRIMARY KEY (tenant_id, credential_id, query_hash, start_index)
      )`);
    await runner.query(`CREATE INDEX page_positions_age ON page_positions (updated_at)`);
    await runner.query(`
      CREATE TABLE deployment_secrets (
        name text NOT NULL,
        secret bytea NOT NULL,
        CONSTRAINT deployment_secrets_pkey PRIMARY KEY (name)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'deployment_secrets',
      'page_positions',
      'entitlements',
      'memberships',
      'groups',
      'user_terms',
      'users',
      'tenant_schemas',
      'credentials',
      'tenants',
    ])
      await runner.query(`DROP TABLE ${table}`);
  }
}
