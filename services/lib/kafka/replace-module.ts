const known = '2.2.4';
const { version } = require('kafkajs/package.json') as { version: string };

/**
 * Puts `replacement` in the place of one of kafkajs' own modules. Only while kafkajs is not loaded: what it has already
 * destructured from a module would stay as it was, without a word. Only in the version that the replacements were
 * compared with: inner modules change without notice.
 */
export function replaceModule<T>(path: string, replacement: T): void {
  if (version !== known) throw new Error(`${path} of kafkajs ${version} is not the one of ${known} that is replaced`);
  if (require.cache[require.resolve('kafkajs')]) throw new Error(`${path} must be replaced before kafkajs is loaded`);
  require(path);
  (require.cache[require.resolve(path)] as NodeModule).exports = replacement;
}
