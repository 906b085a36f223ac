/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Nothing here asserts a time, and machines are busy: this only ends what hangs.
  testTimeout: 180_000,
  // Jest leaves one core idle, which is half of a machine with two.
  maxWorkers: '100%',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  reporters: ['default', '<rootDir>/test/support/require-all.js'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.local'],
};
