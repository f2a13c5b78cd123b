/** The arrows of the house. The pure libraries import nothing of ours; siblings meet at index.ts; no circles. */
module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'scim-protocol-is-pure',
      comment: 'No Nest, no ORM, no I/O, nothing of ours.',
      severity: 'error',
      from: { path: '^libs/scim-protocol/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/scim-protocol/' },
    },
    {
      name: 'access-policy-is-pure',
      comment:
        'The same, but for the filter grammar of its conditions (docs/adr/0009) and the validator of its documents.',
      severity: 'error',
      from: { path: '^libs/access-policy/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^libs/access-policy/', '^libs/scim-protocol/src/index\\.ts$', '(^|/)node_modules/ajv/'] },
    },
    {
      name: 'audit-trail-does-no-io',
      comment:
        'Hashes, seals and what events say, for the server and for whoever checks an export: it knows events, and no database.',
      severity: 'error',
      from: { path: '^libs/audit-trail/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^libs/audit-trail/', '^libs/event-log/src/index\\.ts$', '^crypto$', '^node:crypto$'] },
    },
    {
      name: 'libs-never-import-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'entities-below-everything',
      severity: 'error',
      from: { path: '^libs/entities/' },
      to: { path: '^libs/(directory|event-log|scim-protocol)/' },
    },
    {
      name: 'event-log-below-directory',
      severity: 'error',
      from: { path: '^libs/event-log/' },
      to: { path: '^libs/(directory|scim-protocol)/' },
    },
    {
      name: 'libs-by-their-front-door',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/([^/]+)/src/', pathNot: ['^libs/$1/', '/src/index\\.ts$'] },
    },
    {
      name: 'apps-use-libs-by-their-front-door',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^libs/[^/]+/src/', pathNot: '/src/index\\.ts$' },
    },
    {
      name: 'siblings-by-their-front-door',
      comment: 'A capability of the API is used through its index.ts.',
      severity: 'error',
      from: { path: '^apps/api/src/([^/]+)/' },
      to: { path: '^apps/api/src/[^/]+/', pathNot: ['^apps/api/src/$1/', '/index\\.ts$'] },
    },
    {
      name: 'okta-sim-stands-alone',
      comment: 'It plays the client: it may know the wire, never the server.',
      severity: 'error',
      from: { path: '^apps/okta-sim/' },
      to: { path: '^(apps/api|libs)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
