// Runs the TypeScript sources as they are (type-checking is tsc's job). A few libraries are
// published as ES modules alone, and jest's CommonJS world needs them transformed.
const esModulesOnly = ['commander', '@seriousme'];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModulesOnly.join('|')})/)`],
  // Stories wait for processes more than they compute.
  maxWorkers: 2,
  testTimeout: 60_000,
};
