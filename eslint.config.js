import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

// Who may import whom: cli → app → topology, operators, jobs and the areas → telemetry → core.
const AREAS = ['ingest', 'models', 'alerts', 'dashboards', 'pipeline/log', 'pipeline/storage'];
const UPPER = [
  'pipeline/app',
  'pipeline/topology.ts',
  'pipeline/cli.ts',
  'pipeline/commands',
  'pipeline/operators',
  'pipeline/jobs',
];

const zones = [
  ...AREAS.map((area) => ({
    target: `./${area}`,
    from: [...AREAS.filter((other) => other !== area), ...UPPER, 'config'].map((path) => `./${path}`),
    message: 'Areas meet as ports and as arguments in pipeline/app; they never import each other.',
  })),
  {
    target: './config',
    from: [...AREAS, ...UPPER].map((path) => `./${path}`),
    message: 'config imports telemetry and core only.',
  },
  {
    target: './pipeline/operators',
    from: [...AREAS, 'config', 'pipeline/app'].map((path) => `./${path}`),
    message: 'operators use rxjs and core only.',
  },
  {
    target: './pipeline/telemetry',
    from: [...AREAS, ...UPPER, 'config'].map((path) => `./${path}`),
    message: 'telemetry imports core only.',
  },
  {
    target: './pipeline/core',
    from: [...AREAS, ...UPPER, 'config', 'pipeline/telemetry'].map((path) => `./${path}`),
    message: 'core is the ground: it imports nothing of ours.',
  },
];

export default tseslint.config(
  { ignores: ['dist/**', 'coverage/**', 'data/**', 'node_modules/**'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({
          noWarnOnMultipleProjects: true,
          project: ['tsconfig.json', 'dashboards/web/tsconfig.json'],
        }),
      ],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-default-export': 'error',
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config/load.ts reads the environment.' },
        { object: 'process', property: 'exit', message: 'Only pipeline/cli.ts ends the process.' },
      ],
      'no-restricted-globals': ['error', { name: 'setInterval', message: 'Use a loop over clock.sleep.' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-depth': ['error', 3],
      complexity: ['error', 20],
    },
  },
  {
    files: ['pipeline/core/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(?!\.|node:)', message: 'core imports no library.' }] },
      ],
    },
  },
  {
    files: ['pipeline/cli.ts', 'pipeline/bin.cts', 'pipeline/probe.cts', 'config/load.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  {
    files: ['test/**', 'vitest.config.ts', '*.config.ts', 'dashboards/web/vite.config.ts'],
    rules: {
      'import-x/no-restricted-paths': 'off',
      'import-x/no-default-export': 'off',
      'no-restricted-properties': 'off',
      'no-console': 'off',
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { require: 'readonly', process: 'readonly', __dirname: 'readonly' } },
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      'no-console': 'off',
      'no-restricted-properties': 'off',
      'import-x/no-default-export': 'off',
    },
  },
);
