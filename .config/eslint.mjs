import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.data/**'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: '../tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'off',
      eqeqeq: 'error',
    },
  },
  {
    // Config is the only reader of the environment (design: "validated once, typed").
    files: ['apps/api/src/**/*.ts', 'libs/**/*.ts'],
    ignores: ['apps/api/src/config/**', '**/*.spec.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the environment in apps/api/src/config only.' },
      ],
    },
  },
  {
    // It takes some 40 ms to load, for which no start has to wait: the document is made when somebody asks for it.
    files: ['apps/**/*.ts'],
    ignores: ['apps/api/src/openapi/openapi-document.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { name: '@nestjs/swagger', message: 'Describe routes with Described of apps/api/src/openapi.' },
      ],
    },
  },
);
